import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sites } from './sites.fixture.ts';

/** Nothing that a runbook does here takes so long; ms. */
const HUNG_MS = 180_000;

/** When a command is killed: after this time, or as soon as it has written so many lines down. */
export type Kill = { atMs: number } | { atStep: number };

/** A command that has ended. Times in ms of the ledger's clock. */
export interface Ended {
  args: readonly string[];
  /** of the command; undefined where it was killed */
  code: number | undefined;
  how: 'ended' | 'killed' | 'hung';
  output: string;
  begunAt: number;
  endedAt: number;
}

/** Runs a runbook in a process of its own, until it ends or is killed. */
export async function command(sites: Sites, args: readonly string[], kill?: Kill): Promise<Ended> {
  const begunAt = performance.now();
  const before = sites.steps();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'program.fixture.ts'), ...args, '--plan', sites.planFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: sites.folder,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => void (output += text));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const isDue = (): boolean => {
    if (kill === undefined) return false;
    return 'atMs' in kill ? performance.now() - begunAt >= kill.atMs : sites.steps() - before >= kill.atStep;
  };
  let how: Ended['how'] = 'ended';
  while (isRunning()) {
    if (isDue()) how = 'killed';
    if (performance.now() - begunAt > HUNG_MS) how = 'hung';
    if (how !== 'ended') child.kill('SIGKILL');
    await Promise.race([ended, sleep(2)]);
    if (how !== 'ended') break;
  }
  await ended;
  const endedAt = performance.now();
  if (child.exitCode !== null) return { args, code: child.exitCode, how: 'ended', output, begunAt, endedAt };
  return { args, code: undefined, how, output, begunAt, endedAt };
}
