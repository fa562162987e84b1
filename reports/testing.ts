import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { HistoryLine, Run } from '../record/format.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { readJson } from '../support/files.ts';
import { syntheticHistory, STORY } from './testing-history.ts';
import { journal, observations } from './testing-observed.ts';
import { syntheticVerdict } from './testing-verdict.ts';

/** What a synthetic record should show besides the frozen primary and the failover. */
export type Synthetic = {
  /** acknowledged writes that the final state lacks */
  lost?: number;
  /** finding class that the scenario, as a control, must produce */
  expect?: string;
  /** put in front of every name and id: to try hostile text */
  prefix?: string;
  /** changes to run.json and verdict.json before they are written */
  run?: Partial<Run>;
  verdict?: Partial<Verdict>;
};

/** A 60 s run of 600 operations a second, a frozen primary and a failover: its plan, history, verdict and final rows. */
export function synthetic(options: Synthetic = {}): { run: Run; history: readonly HistoryLine[]; verdict: Verdict; present: string[] } {
  const history = syntheticHistory(options.prefix ?? '');
  const run = { ...plannedRun(options), ...options.run };
  const { verdict, present } = syntheticVerdict({ run, history, lost: options.lost ?? 0 });
  return { run, history, verdict: { ...verdict, ...options.verdict }, present };
}

/** Writes such a run as a record, for tests of the reports alone. */
export function writeSynthetic(folder: string, options: Synthetic = {}): void {
  const { run, history, verdict, present } = synthetic(options);
  const prefix = options.prefix ?? '';
  mkdirSync(join(folder, 'final'), { recursive: true });
  const closed: HistoryLine[] = [...history, { op: 'end', lines: history.length }];
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
  writeFileSync(join(folder, 'verdict.json'), JSON.stringify(verdict));
  writeFileSync(join(folder, 'history.jsonl.gz'), gzipSync(jsonLines(closed), { level: 1 }));
  writeFileSync(join(folder, 'observations.jsonl'), jsonLines(observations(prefix)));
  writeFileSync(join(folder, 'faults.jsonl'), jsonLines(journal(prefix)));
  const rows = jsonLines(present.map((id) => ({ id, count: 1, completions: 1 })));
  for (const copy of ['db1', 'db2', 'db3']) writeFileSync(join(folder, 'final', `${copy}.jsonl`), rows);
}

/** The verdict that a test left beside its record, if it did. */
export function verdictIn(folder: string): Verdict | undefined {
  return readJson<Verdict>(join(folder, 'verdict.json'));
}

/** The text of a .jsonl file. */
export function jsonLines(lines: readonly unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function plannedRun({ expect, prefix = '' }: Synthetic): Run {
  const us = (seconds: number) => Math.round(seconds * 1e6);
  return {
    format: 1,
    id: '20250301-101500-freeze-primary',
    scenario: `${prefix}freezing the database primary loses no acknowledged write`,
    startedAt: '2025-03-01T10:15:00.000Z',
    seed: 20250301,
    truth: 'db2',
    copies: { db1: 'replica', db2: 'primary', db3: 'replica' },
    phases: [
      { name: 'before', start: us(5), end: us(STORY.intent) },
      { name: 'during', start: us(STORY.intent), end: us(STORY.gone) },
      { name: 'after', start: us(STORY.gone), end: us(60) },
    ],
    load: { add: 200, read: 400 },
    bounds: {
      lost: 0,
      stalePrimary: 0,
      staleReplicaP99Ms: 500,
      availability: 0.7,
      longestOutageMs: 30_000,
      rtoMs: 30_000,
      share: [0.4, 0.6],
    },
    floors: { addsPerSecond: 50, readsPerSecond: 100, coverage: 0.5, samplesPerSecond: 5 },
    ...(expect === undefined ? {} : { expect }),
    topology: { pattern: 'recommended', replication: 'strict', routing: 'active-active', sites: ['a', 'b'], nodesPerSite: 2 },
    versions: { postgresql: '15.18', patroni: '4.0.4', haproxy: '2.6.12', kubernetes: '1.35.1', k6: '1.5.0' },
    troubles: [],
  };
}

/** A fresh folder with a synthetic record, removed when the test ends. */
export function syntheticFolder(context: TestContext, options: Synthetic = {}): string {
  const folder = emptyFolder(context);
  writeSynthetic(folder, options);
  return folder;
}

/** A fresh empty folder, removed when the test ends. */
export function emptyFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
