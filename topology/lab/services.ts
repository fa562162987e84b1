import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { slow } from '../../support/limits.ts';
import { runIn, writeHostFile, type Machine } from './machine.ts';

/** A supervised program of a host; `run` is the shell text that ends in `exec`. */
export interface Daemon {
  name: string;
  run: string;
  /** not started with its host, but only when it is told to */
  held?: boolean;
}

export interface DaemonExit {
  /** ns of CLOCK_MONOTONIC */
  atNs: string;
  exit: string;
  /** exit code, or -1 when a signal ended it */
  code: number;
  signal: number;
}

/** Pause between two questions of a start script, each a process: where everything is slow, these must not be what keeps the machine busy. */
export const askPauseS = 0.1 + (slow - 1) / 2;

/** Writes the service folders of a host's daemons; runit starts and restarts them, and every end is recorded. */
export function writeServices(machine: Pick<Machine, 'dir'>, daemons: readonly Daemon[]): void {
  for (const daemon of daemons) {
    writeHostFile(machine, `sv/${daemon.name}/run`, `#!/bin/sh\nexec >>/data/log/${daemon.name}.log 2>&1\n${daemon.run}\n`, 0o755);
    writeHostFile(machine, `sv/${daemon.name}/finish`, finish(daemon.name), 0o755);
    if (daemon.held === true) writeHostFile(machine, `sv/${daemon.name}/down`, '');
    else rmSync(join(machine.dir, 'data/sv', daemon.name, 'down'), { force: true });
    // supervise/ holds the state of an earlier boot
    rmSync(join(machine.dir, 'data/sv', daemon.name, 'supervise'), { recursive: true, force: true });
  }
  mkdirSync(join(machine.dir, 'data/sv'), { recursive: true });
  // runsvdir sleeps a second before it reads a folder that was changed in this one
  const past = new Date(Date.now() - 10_000);
  utimesSync(join(machine.dir, 'data/sv'), past, past);
}

/** Ends of daemons that a host has recorded, oldest first. */
export function daemonExits(machine: Pick<Machine, 'dir'>): DaemonExit[] {
  const path = join(machine.dir, 'data/exits.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as DaemonExit);
}

/** Names of the daemons that a host supervises. */
export function daemonNames(machine: Pick<Machine, 'dir'>): string[] {
  const services = join(machine.dir, 'data/sv');
  return existsSync(services) ? readdirSync(services).sort() : [];
}

/** Number of a daemon's process on its host; undefined while none runs, the time between two starts included. */
export function daemonProcess(machine: Pick<Machine, 'dir'>, name: string): number | undefined {
  const file = join(machine.dir, 'data/sv', name, 'supervise/pid');
  const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  return text === '' ? undefined : Number(text);
}

/** Kills a daemon's process; its supervisor starts it again. */
export async function killDaemon(machine: Machine, name: string): Promise<void> {
  await runIn(machine, ['sh', '-c', 'kill -KILL "$(cat "$0")"', `/data/sv/${name}/supervise/pid`]);
}

/** Starts a daemon that was stopped; one that is still ending (a kube-apiserver takes up to a minute) is killed, as a service manager does in the end. */
export async function startDaemon(machine: Machine, name: string): Promise<void> {
  const script = 'if grep -q "want down" "$0/supervise/stat"; then kill -KILL "$(cat "$0/supervise/pid")"; fi; sv up "$0"';
  await runIn(machine, ['sh', '-c', script, `/data/sv/${name}`]);
}

/** Stops, starts or restarts daemons through their supervisor (`sv`). */
export async function controlDaemons(machine: Machine, action: 'up' | 'down' | 'restart', names: readonly string[]): Promise<void> {
  await runIn(machine, ['sv', action, ...names.map((name) => `/data/sv/${name}`)]);
}

function finish(name: string): string {
  const line = `{"atNs":"%d","exit":"${name}","code":%d,"signal":%d}\\n`;
  return `#!/usr/bin/perl
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
open(my $exits, '>>', '/data/exits.jsonl') or die $!;
printf $exits '${line.replace('\\n', '')}'."\\n", clock_gettime(CLOCK_MONOTONIC) * 1e9, $ARGV[0], $ARGV[1];
`;
}
