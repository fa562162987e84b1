import { appendFileSync, closeSync, fsyncSync, ftruncateSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { HoldfastError } from '../support/errors.ts';
import { openToAppend, readOrdinary } from '../support/files.ts';

/** A run of a runbook to a site, from its begin to its end, interruptions between included. */
export interface Run {
  run: string;
  runbook: 'promote' | 'failback';
  site: string;
}

/** What a step wrote down: the run that it belongs to, when, and what it found. */
export interface Entry extends Run {
  at: string;
  step: string;
  /** facts that later steps, or a run that takes over, need */
  facts: Record<string, unknown>;
  tookMs: number;
}

/** Every entry in order. A last line that was torn by a crash says nothing; one in the middle is an error. */
export function readEntries(path: string): Entry[] {
  let text: string;
  try {
    text = readOrdinary(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.flatMap((line, index) => {
    try {
      return [JSON.parse(line) as Entry];
    } catch {
      if (index === lines.length - 1) return [];
      throw new HoldfastError(`journal ${path}, line ${index + 1}: expected JSON; move the file away if it is not a runbook's`);
    }
  });
}

/** Adds an entry and waits until it is on the disk: what a step did must be known before the next begins. A torn last line is cut off. */
export function append(path: string, { run, runbook, site }: Run, noted: Pick<Entry, 'step' | 'facts'> & { tookMs?: number }): void {
  const entry: Entry = { run, at: new Date().toISOString(), runbook, site, tookMs: 0, ...noted };
  mkdirSync(dirname(path), { recursive: true });
  const file = openToAppend(path, 0o600);
  try {
    const text = readFileSync(file);
    const whole = text.lastIndexOf(10) + 1;
    if (whole < text.length) ftruncateSync(file, whole);
    appendFileSync(file, `${JSON.stringify(entry)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The entries of the last run that has not come to its end, by a runbook to a site. */
export function unfinished(entries: readonly Entry[], last: string): Entry[] {
  const run = entries.at(-1)?.run;
  const own = entries.filter((entry) => entry.run === run);
  return own.at(-1)?.step === last ? [] : own;
}
