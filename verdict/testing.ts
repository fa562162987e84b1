import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isExplained } from '../record/explained.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { judge, type JudgeOptions } from './judge.ts';

type Line = Record<string, unknown>;

/** A hand-made record: its files as plain data. */
export type Sketch = {
  run: Line;
  history: Line[];
  /** lines that the closing line states; null: no closing line; undefined: the right number */
  end?: number | null;
  observations: Line[];
  faults: Line[] | null;
  /** ids or whole rows by copy; a copy that is left out has no file */
  final: Record<string, (string | Line)[]>;
  gzip?: boolean;
  /** what the truth says of transactions; left out: nobody asked */
  transactions?: Line[];
  /** what copies held when they were deposed */
  deposed?: Record<string, (string | Line)[]>;
};

/** No floor at all, so that a handful of lines is judged by the class under test alone. */
export const NO_FLOORS = {
  addsPerSecond: 0,
  readsPerSecond: 0,
  coverage: 0,
  samplesPerSecond: 0,
  acksBeforeFault: 0,
  failedCalls: 0,
  askedAgain: 0,
  askedOfEach: 0,
  strangers: 0,
  connectsPerSecond: 0,
};

/** Three elements, acknowledged and read at both copies: nothing is wrong with it. Times in µs. */
export function tiny(change: Partial<Sketch> = {}): Sketch {
  return {
    run: runOf({ floors: NO_FLOORS }),
    history: [
      add('e1', 0, 10),
      add('e2', 20, 30),
      add('e3', 40, 50),
      read('e1', 60, 70, { role: 'primary', copy: 'db1' }),
      read('e2', 60, 70, { role: 'replica', copy: 'db2' }),
      read('e3', 60, 70),
    ],
    observations: [],
    faults: [],
    final: { db1: ['e1', 'e2', 'e3'], db2: ['e1', 'e2', 'e3'] },
    ...change,
  };
}

/** A run with a fault in the middle: 200 adds and 400 reads a second, every default floor far below; lengths of the phases in seconds. */
export function steady(change: Partial<Sketch> = {}, seconds: [number, number, number] = [1, 1, 1]): Sketch {
  const ends = [seconds[0], seconds[0] + seconds[1], seconds[0] + seconds[1] + seconds[2]].map((end) => end * 1e6) as [
    number,
    number,
    number,
  ];
  const history: Line[] = [];
  const ids: string[] = [];
  for (let due = 0; due < ends[2]; due += 5000) {
    const id = `c${(due / 5000) % 7}-${due / 5000}`;
    const site = (due / 5000) % 2 === 0 ? 'a' : 'b';
    ids.push(id);
    history.push(add(id, due, due + 800, { due, site, copy: 'db1' }));
    history.push(read(id, due + 2500, due + 3000, { due: due + 2500, site, copy: 'db1', role: 'primary' }));
    history.push(read(id, due + 4000, due + 4400, { due: due + 4000, site, copy: 'db2', role: 'replica' }));
  }
  const observations: Line[] = [];
  for (let at = -100_000; at <= ends[2] + 100_000; at += 100_000) {
    observations.push({ at, copy: 'db1', up: true, writable: true, sync: true, startedAt: 'A' });
    observations.push({ at, copy: 'db2', up: true, writable: false, sync: true, startedAt: 'A' });
    observations.push({ at, backend: 'a/1', status: 'UP' }, { at, backend: 'a/2', status: 'UP' }, { at, backend: 'b', status: 'UP' });
  }
  return {
    run: runOf({
      phases: [
        { name: 'before', start: 0, end: ends[0] },
        { name: 'during', start: ends[0], end: ends[1] },
        { name: 'after', start: ends[1], end: ends[2] },
      ],
      load: { add: 200, read: 400 },
      topology: { pattern: 'recommended', replication: 'strict', routing: 'active-active', sites: ['a', 'b'] },
    }),
    history,
    observations,
    faults: faultOf({ intent: ends[0], applied: ends[0] + 5000, verified: ends[0] + 100_000, healed: ends[1] - 100_000, gone: ends[1] }),
    final: { db1: ids, db2: ids },
    ...change,
  };
}

/** A run.json of copies db1 (the truth) and db2. */
export function runOf(change: Line = {}): Line {
  return {
    format: 1,
    id: 'sketch',
    scenario: 'sketch',
    startedAt: '2026-11-01T00:00:00Z',
    truth: 'db1',
    copies: { db1: 'primary', db2: 'replica' },
    ...change,
  };
}

/** An acknowledged add; µs. */
export function add(id: string, start: number, end: number, change: Line = {}): Line {
  return { op: 'add', id, client: 1, start, end, outcome: 'ok', ...change };
}

/** A read that found its element; µs. */
export function read(id: string, start: number, end: number, change: Line = {}): Line {
  return { op: 'read', id, client: 2, start, end, outcome: 'ok', found: true, ...change };
}

/** An acknowledged put of a key; µs. */
export function put(id: string, version: number, start: number, end: number, change: Line = {}): Line {
  return { op: 'put', id, client: 1, start, end, outcome: 'ok', version, value: `${id} ${version}`, ...change };
}

/** A get that found this version of a key; µs. */
export function get(id: string, version: number, start: number, end: number, change: Line = {}): Line {
  return { op: 'get', id, client: 2, start, end, outcome: 'ok', found: true, version, value: `${id} ${version}`, ...change };
}

/** A page of a walk through a list that could hold ten items; without `after` it is the first; µs. */
export function page(items: string[], start: number, end: number, change: Line = {}): Line {
  return {
    op: 'list',
    id: 'walk',
    client: 3,
    start,
    end,
    outcome: 'ok',
    role: 'primary',
    copy: 'db1',
    next: `p${end}`,
    items,
    limit: 10,
    ...change,
  };
}

/** The journal of one fault, from the times of its states; µs. */
export function faultOf(states: Record<string, number>, change: Line = {}): Line[] {
  return Object.entries(states).map(([state, at]) => ({ fault: 'powerOff', target: 'db1', state, at, ...change }));
}

/** Writes a sketch into a new folder and says where; the caller removes it. */
export function write(sketch: Sketch): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sketch-'));
  const put = (name: string, lines: Line[]): void => {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    if (sketch.gzip === true) writeFileSync(join(folder, `${name}.jsonl.gz`), gzipSync(text));
    else writeFileSync(join(folder, `${name}.jsonl`), text);
  };
  mkdirSync(join(folder, 'final'));
  writeFileSync(join(folder, 'run.json'), JSON.stringify(sketch.run));
  const end = sketch.end === undefined ? sketch.history.length : sketch.end;
  put('history', [...sketch.history, ...(end === null ? [] : [{ op: 'end', lines: end }])]);
  put('observations', sketch.observations);
  if (sketch.faults !== null) put('faults', sketch.faults);
  mkdirSync(join(folder, 'evidence/deposed'), { recursive: true });
  if (sketch.transactions !== undefined) put('evidence/transactions', sketch.transactions);
  for (const [room, states] of [
    ['final', sketch.final],
    ['evidence/deposed', sketch.deposed ?? {}],
  ] as const) {
    for (const [copy, rows] of Object.entries(states)) {
      put(
        `${room}/${copy}`,
        rows.map((row) => (typeof row === 'string' ? { id: row } : row)),
      );
    }
  }
  return folder;
}

/** Judges a sketch; `touch` may spoil the written folder first. */
export async function judged(
  sketch: Sketch,
  touch: (folder: string) => void = () => undefined,
  options: JudgeOptions = {},
): Promise<Verdict> {
  const folder = write(sketch);
  try {
    touch(folder);
    return await judge(folder, { threads: 1, ...options });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The classes of a verdict's findings, each once: alarms of their own that break, and what breaks nothing; what a broken root explains is no alarm. */
export function classesOf(verdict: Verdict): { breaking: string[]; other: string[] } {
  const broken = verdict.findings.filter((finding) => finding.breaks);
  const names = (findings: typeof broken): string[] => [...new Set(findings.map((finding) => finding.class))].sort();
  return {
    breaking: names(broken.filter((finding) => !isExplained(finding, broken))),
    other: names(verdict.findings.filter((finding) => !finding.breaks)),
  };
}

/** What a verdict explains by another finding, as "class by root". */
export function explanationsOf(verdict: Verdict): string[] {
  return [
    ...new Set(verdict.findings.flatMap((finding) => (finding.root === undefined ? [] : [`${finding.class} by ${finding.root}`]))),
  ].sort();
}
