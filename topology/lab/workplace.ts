import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Host, Program, Workplace } from '../model.ts';
import { machineOf } from './hosts.ts';
import { enterArgs, enterCommand, hostEnvironment, type Machine } from './machine.ts';
import type { Lab } from './store.ts';

/** A host of the lab as a place where k6 or the observer runs. */
export function workplaceOf(lab: Lab, host: Host, programs: Record<string, string>): Workplace {
  const planned = lab.plan.hosts.find(({ name }) => name === host.name);
  if (planned === undefined) throw new Error(`no host ${host.name} in the plan`);
  const machine = machineOf(lab, planned);
  const outside = join(machine.dir, 'data', 'work');
  mkdirSync(outside, { recursive: true });
  return {
    ...host,
    folder: { inside: '/data/work', outside },
    programs,
    start: (name, file, args, env) => startProgram(machine, { name, file, args, env }),
  };
}

function startProgram(
  machine: Machine,
  program: { name: string; file: string; args: readonly string[]; env: Readonly<Record<string, string>> },
): Program {
  // nsenter forwards no signal: the program leaves its number, as the host counts, where a second nsenter finds it
  const pidFile = `/run/${program.name}.pid`;
  const [file, ...args] = enterCommand(machine, ['sh', '-c', `echo $$ > ${pidFile}; exec "$@"`, 'sh', program.file, ...program.args]);
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...hostEnvironment, ...program.env },
    cwd: '/',
  });
  let output = '';
  const keep = (data: Buffer): void => void (output = (output + data.toString('utf8')).slice(-8000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>((resolve) => {
    child.on('error', (error) => resolve({ code: 127, signal: null, output: String(error) }));
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
  return {
    ended,
    signal: async (name) => {
      await execa('nsenter', [...enterArgs(machine), 'sh', '-c', `kill -${name} "$(cat ${pidFile})"`], {
        reject: false,
        env: hostEnvironment,
        extendEnv: false,
      });
    },
  };
}
