import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Host, Program, Workplace } from '../model.ts';
import { machineOf } from './hosts.ts';
import { enterArgs, enterCommand, hostEnvironment, machineInit, type Machine } from './machine.ts';
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
    start: (name, file, args, env, options) => startProgram(machine, { name, file, args, env, ...options }),
    isRunning: (name) => tell(machine, name, 'kill -0 "$pid"'),
    // one that leads a group of its own may have started others
    end: async (name) => void (await tell(machine, name, 'kill -KILL -- "-$pid" || kill -KILL "$pid"')),
  };
}

/** Runs a shell text about a program that was started on a machine, as `$pid`; whether it ended well. */
async function tell(machine: Machine, name: string, script: string): Promise<boolean> {
  if (machineInit(machine) === undefined) return false;
  const { exitCode } = await execa('nsenter', [...enterArgs(machine), 'sh', '-c', `pid=$(cat ${pidFileOf(name)}) && { ${script}; }`], {
    reject: false,
    env: hostEnvironment,
    extendEnv: false,
  });
  return exitCode === 0;
}

function startProgram(
  machine: Machine,
  program: { name: string; file: string; args: readonly string[]; env: Readonly<Record<string, string>>; endWithCaller?: boolean },
): Program {
  // the caller's death kills nsenter, and that of nsenter the program
  const bound = program.endWithCaller === true ? ['setpriv', '--pdeathsig', 'KILL'] : [];
  // nsenter forwards no signal: the program leaves its number, as the host counts, where a second nsenter finds it
  const script = `echo $$ > ${pidFileOf(program.name)}; exec "$@"`;
  const inside = enterCommand(machine, ['sh', '-c', script, 'sh', ...bound, program.file, ...program.args]);
  const [file, ...args] = [...bound, ...inside] as [string, ...string[]];
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
    signal: async (signal) => {
      await tell(machine, program.name, `kill -${signal} "$pid"`);
    },
  };
}

function pidFileOf(name: string): string {
  return `/run/${name}.pid`;
}
