import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { z } from 'zod';
import {
  BackendSample,
  CopySample,
  Dropped,
  FaultLine,
  FinalRow,
  MachineSample,
  Operation,
  Run,
  TransactionLine,
} from '../record/format.ts';
import { add, faultOf, get, judged, page, put, runOf, steady, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** A line in which every field that may be missing, and is, is null. */
function nulled({ shape }: { shape: Record<string, z.ZodType> }, line: Line): Line {
  const missing = Object.keys(shape).filter((name) => !(name in line) && shape[name]?.safeParse(undefined).success === true);
  return { ...Object.fromEntries(missing.map((name) => [name, null])), ...line };
}

/** A record with every kind of line, none of which has a field that it may leave out. */
const bare: Sketch = tiny({
  run: runOf({ bounds: { lost: 0 }, floors: { addsPerSecond: 0, readsPerSecond: 0, samplesPerSecond: 0, acksBeforeFault: 0 } }),
  history: [
    ...tiny().history,
    put('k', 1, 0, 5),
    get('k', 1, 6, 9),
    page(['e1'], 11, 14, { after: undefined, limit: undefined }),
    { op: 'dropped', kind: 'read', due: 50 },
    add('late', 300, 310),
  ],
  observations: [
    { at: 0, copy: 'db1', up: true, writable: true },
    { at: 5, copy: 'db2', up: true },
    { at: 10, backend: 'a', status: 'UP' },
    { at: 10, idle: 0.5, took: 100 },
    { at: 150, exit: 'patroni', host: 'db1', fault: 'powerOff' },
  ],
  faults: faultOf({ intent: 100, applied: 110, verified: 120, gone: 200 }),
  final: {
    db1: [...['e1', 'e2', 'e3', 'late'].map((id) => ({ id })), { id: 'k', version: 1, value: 'k 1' }],
    db2: [...['e1', 'e2', 'e3', 'late'].map((id) => ({ id })), { id: 'k', version: 1, value: 'k 1' }],
  },
  transactions: [{ id: 'e1', xid: '7', status: 'committed' }],
  deposed: { db2: [{ id: 'e1' }] },
});

const sample = (line: Line): Line => {
  if ('copy' in line) return nulled(CopySample, line);
  if ('backend' in line) return nulled(BackendSample, line);
  return 'idle' in line ? nulled(MachineSample, line) : line;
};

const rows = (states: Sketch['final']): Sketch['final'] =>
  Object.fromEntries(
    Object.entries(states).map(([copy, list]) => [copy, list.map((row) => nulled(FinalRow, typeof row === 'string' ? { id: row } : row))]),
  );

describe('what is null is not known, as what is missing', { concurrency: 4 }, () => {
  test('in the lines of every file', async () => {
    const spelt: Sketch = {
      ...bare,
      history: bare.history.map((line) => nulled(line.op === 'dropped' ? Dropped : Operation, line)),
      observations: bare.observations.map(sample),
      faults: (bare.faults ?? []).map((line) => nulled(FaultLine, line)),
      final: rows(bare.final),
      transactions: (bare.transactions ?? []).map((line) => nulled(TransactionLine, line)),
      deposed: rows(bare.deposed ?? {}),
    };
    assert.ok(JSON.stringify(spelt).split('null').length > 200);
    assert.deepEqual(await judged(spelt), await judged(bare));
    // whatever sends the lines through the schema itself finds nothing to refuse in them either
    const broken = { ...spelt, history: [...spelt.history, { op: 'add', id: 'x' }] };
    await assert.rejects(judged(broken), new RegExp(`history\\.jsonl:${spelt.history.length + 1}: `, 'u'));
  });
  test('in run.json, at any depth', async () => {
    const { run } = steady();
    const nothing = { pattern: null, replication: null, routing: null, sites: null, sabotage: null };
    const spelt = {
      ...nulled(Run, run),
      topology: { ...nothing, ...(run.topology as Line) },
      versions: { postgres: null },
      lines: { faults: null },
    };
    assert.deepEqual(await judged({ ...steady(), run: spelt }), await judged(steady()));
    const bareRun = runOf({ floors: tiny().run.floors });
    assert.deepEqual(await judged(tiny({ run: { ...nulled(Run, bareRun), topology: nothing } })), await judged(tiny({ run: bareRun })));
  });
  test('and a copy whose role is not known is judged as one that is there', async () => {
    const run = { ...tiny().run, copies: { db1: 'primary', db2: null } };
    assert.equal((await judged(tiny({ run }))).verdict, 'pass');
    assert.match(
      (await judged(tiny({ run, final: { db1: ['e1', 'e2', 'e3'] } }))).reasons[0] ?? '',
      /final state of copy "db2" is missing/u,
    );
  });
  test('but a promise, or a floor, is a number or left out', async () => {
    for (const room of [{ bounds: { lost: null } }, { floors: { coverage: null } }])
      await assert.rejects(judged(tiny({ run: { ...tiny().run, ...room } })), /run\.json: (bounds\.lost|floors\.coverage): /u);
  });
  test('but a copy that never caught up is told by null', async () => {
    const verdict = await judged(tiny({ run: { ...tiny().run, catchUpMs: { db2: null } } }));
    assert.match(verdict.reasons[0] ?? '', /copy "db2" never caught up/u);
  });
});
