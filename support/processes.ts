import { readFileSync, readdirSync } from 'node:fs';
import { execa, type Options } from 'execa';
import { HoldfastError } from './errors.ts';
import { bootId } from './clock.ts';
import { slow } from './limits.ts';

/** A process that cannot be confused with a later one of the same number. */
export interface ProcessIdentity {
  pid: number;
  /** clock ticks since boot at which it started (field 22 of /proc/PID/stat) */
  startTicks: string;
  bootId: string;
}

/** Identity of a live process, or undefined when there is none of that number. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid);
  return stat === undefined || stat.state === 'Z' ? undefined : { pid, startTicks: stat.startTicks, bootId: bootId() };
}

/** Whether exactly this process still lives; a zombie does not. */
export function isAlive(process: ProcessIdentity): boolean {
  const now = identify(process.pid);
  return now !== undefined && now.startTicks === process.startTicks && now.bootId === process.bootId;
}

/** Whether a process is stopped by a signal; false when it is gone. */
export function isStopped(pid: number): boolean {
  return statOf(pid)?.state === 'T';
}

/** Sends a signal to exactly this process; false when it is gone. */
export function signalProcess(target: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(target)) return false;
  try {
    process.kill(target.pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Runs a command to its end; its output is returned, and shown only in the error when it failed. */
export async function command(file: string, args: string[], options: Options & { what?: string } = {}): Promise<string> {
  const { what, ...rest } = options;
  const result = await execa(file, args, { stdin: 'ignore', timeout: 60_000 * slow, ...rest, reject: false });
  if (result.failed) {
    const output = [result.stderr, result.stdout].filter((text) => typeof text === 'string' && text !== '').join('\n');
    const reason = result.timedOut ? 'timed out' : `ended with ${result.exitCode ?? result.signal ?? result.code}`;
    const shown = args.join(' ').slice(0, 300);
    throw new HoldfastError(`${what ?? 'command'} failed: ${file} ${shown} ${reason}${output === '' ? '' : `:\n${output.slice(-2000)}`}`);
  }
  return typeof result.stdout === 'string' ? result.stdout : '';
}

function statOf(pid: number): { state: string; parent: number; startTicks: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', parent: Number(fields[1]), startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Every process below one, by number: its children, and theirs. */
export function descendants(parent: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((entry) => [Number(entry), statOf(Number(entry))?.parent]),
  );
  const below = (of: number): number[] => {
    const children = [...parents].filter(([, own]) => own === of).map(([pid]) => pid);
    return [...children, ...children.flatMap(below)];
  };
  return below(parent);
}

/** How a process was called, its arguments parted by blanks; empty for one that is gone. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
