import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HistoryLine, type Dropped, type Operation } from '../record/format.ts';
import { k6Command } from './k6.ts';
import type { LoadProfile } from './profiles.ts';

/** A k6 under way, for tests of the load itself. */
export interface Trial {
  k6: ChildProcess;
  historyFile: string;
  /** exit code, or the signal that killed k6 */
  ended: Promise<number | NodeJS.Signals>;
}

/** The k6 of the tests, and why tests that need it are skipped without. */
export function ourK6(): { k6Path: string; skip: string | false } {
  const k6Path = process.env.HOLDFAST_K6 ?? '';
  return { k6Path, skip: k6Path === '' && 'needs our k6: set HOLDFAST_K6 to its path' };
}

/** Starts k6 against a stand-in for the platform; the history lies in `folder`. */
export function startTrial(trial: {
  k6Path: string;
  scriptFile: string;
  profile: LoadProfile;
  url: string;
  run: string;
  folder: string;
  seed?: number;
  momentsFile?: string;
  sweepFile?: string;
}): Trial {
  const { folder, ...load } = trial;
  const historyFile = join(folder, `${load.run}.jsonl`);
  const { file, args, env } = k6Command({ seed: randomInt(2 ** 32), ...load, historyFile, zeroNs: process.hrtime.bigint() });
  const k6 = spawn(file, args, { env, stdio: 'ignore' });
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    k6.once('error', reject);
    k6.once('exit', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  return { k6, historyFile, ended };
}

/** Waits for the first line of the history: load has started. */
export async function started({ historyFile }: Trial): Promise<void> {
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 20, await sleep(20)) {
    try {
      if (readFileSync(historyFile).length > 0) return;
    } catch {
      // k6 has not made it yet
    }
  }
  throw new Error(`expected a line in "${historyFile}" within 20 s, came none: see whether k6 runs at all`);
}

/** A history as the record's format reads it. */
export function readHistory({ historyFile }: Trial) {
  const texts = readFileSync(historyFile, 'utf8').split('\n').slice(0, -1);
  const lines = texts.map((text) => HistoryLine.parse(JSON.parse(text)));
  return {
    operations: lines.filter((line): line is Operation => 'start' in line),
    dropped: lines.filter((line): line is Dropped => line.op === 'dropped'),
    last: lines.at(-1),
    count: lines.length,
  };
}

/** Asserts that the history was closed and holds every line. */
export function assertClosed(history: { last: HistoryLine | undefined; count: number }): void {
  assert.deepEqual(history.last, { op: 'end', lines: history.count - 1 });
}

/**
 * Asserts that due times are those of calls that come at random, so many a second: as many as planned, and gaps that spread as
 * widely as they are long on average; each within five standard errors.
 */
export function assertRandom(due: number[], perSecond: number, seconds: number): void {
  const planned = perSecond * seconds;
  assert.ok(Math.abs(due.length - planned) < 5 * Math.sqrt(planned), `${due.length} calls, planned were ${planned}`);
  const inOrder = due.toSorted((a, b) => a - b);
  const gaps = inOrder.slice(1).map((at, i) => at - (inOrder[i] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  const spread = Math.sqrt(variance) / mean;
  assert.ok(Math.abs(spread - 1) < 5 * Math.sqrt(2 / gaps.length), `gaps spread by ${spread} of their mean, expected about 1`);
}

/** Counts operations by a name given to each. */
export function countBy(operations: Operation[], by: (operation: Operation) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const operation of operations) counts[by(operation)] = (counts[by(operation)] ?? 0) + 1;
  return counts;
}
