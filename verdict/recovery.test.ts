import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../record/verdict-format.ts';
import { classesOf, faultOf, judged, steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
type Span = [from: number, to: number];

/** A run of 12 s with faults that begin at these seconds and last half a second each, and calls that fail in between. */
function faulty(faults: readonly number[], outages: readonly Span[], rtoMs?: number): Sketch {
  const first = faults[0] ?? 1;
  const last = (faults.at(-1) ?? 1) + 0.5;
  const whole = steady({}, [first, last - first, 12 - last]);
  const fails = ({ due }: Line): boolean => outages.some(([from, to]) => Number(due) >= from * 1e6 && Number(due) < to * 1e6);
  const history = whole.history.map((line) => (fails(line) ? { ...line, outcome: line.op === 'add' ? 'unknown' : 'failed' } : line));
  return {
    ...whole,
    run: { ...whole.run, bounds: rtoMs === undefined ? {} : { rtoMs } },
    history,
    faults: faults.flatMap((second, nth) => {
      const at = second * 1e6;
      const states = { intent: at, applied: at + 5_000, verified: at + 100_000, healed: at + 400_000, gone: at + 500_000 };
      return faultOf(states, { id: `${nth}` });
    }),
  };
}

const stable = ({ recovery }: Verdict): (number | null)[] => recovery.map(({ stableMs }) => stableMs);

describe('recovery from faults that lie close', { concurrency: 4 }, () => {
  test('is counted for each: what begins after the later one is no part of the earlier', async () => {
    const outages: Span[] = [
      [1.1, 1.6],
      [3.2, 4.0],
    ];
    const verdict = await judged(faulty([1, 3], outages, 1000));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.deepEqual(stable(verdict), [595, 995]);
    assert.deepEqual(classesOf(await judged(faulty([1, 3], outages, 990))).breaking, ['rto']);
  });
  test('does not end with the next fault while the service is still out', async () => {
    const verdict = await judged(faulty([1, 3], [[1.1, 4.5]], 3000));
    assert.deepEqual(stable(verdict), [3495, 1500]);
    assert.deepEqual(classesOf(verdict).breaking, ['rto']);
  });
  test('is the same for two that were applied at once', async () => {
    assert.deepEqual(stable(await judged(faulty([1, 1.2], [[1.3, 2.3]]))), [1295, 1095]);
  });
  test('holds until the next fault, but needs five good seconds after the last', async () => {
    assert.deepEqual(stable(await judged(faulty([1, 3], [[1.1, 1.6]]))), [595, 0]);
    assert.deepEqual(stable(await judged(faulty([1, 3], [[7.5, 8.5]]))), [0, null]);
  });
});

describe('the first reaction', { concurrency: 4 }, () => {
  test('is none to a fault where the next one had begun', async () => {
    const sketch = faulty([1, 3], []);
    const faults = sketch.faults?.map((line) =>
      line.id === '1' && line.state === 'applied' ? { ...line, at: 3_050_000, began: 3_000_000 } : line,
    );
    const observations = sketch.observations.map((line) =>
      line.copy === 'db2' && Number(line.at) >= 3_000_000 && Number(line.at) < 3_300_000 ? { ...line, up: false } : line,
    );
    const { recovery } = await judged({ ...sketch, faults: faults ?? null, observations });
    assert.deepEqual(
      recovery.map(({ firstReactionMs, redundantMs }) => [firstReactionMs, redundantMs]),
      [
        [null, 0],
        [250, 250],
      ],
    );
  });
});

describe('redundancy', { concurrency: 4 }, () => {
  const named = (line: Line): Line => ('copy' in line ? { ...line, system: 's', timeline: 1, lagBytes: 0 } : line);
  const run = (change: (line: Line) => Line, of: Sketch = faulty([1], [])): Sketch => ({
    ...of,
    observations: of.observations.map((line) => {
      const at = Number(line.at);
      return at >= 1_200_000 && at < 4_000_000 ? change(named(line)) : named(line);
    }),
  });
  const redundant = async (sketch: Sketch) => (await judged(sketch)).recovery.map(({ redundantMs }) => redundantMs);
  const of =
    (copy: string, change: Line) =>
    (line: Line): Line =>
      line.copy === copy ? { ...line, ...change } : line;

  test('was never lost where all is as it was', async () => {
    assert.deepEqual(await redundant(run((line) => line)), [0]);
  });
  for (const [what, change] of [
    ['no copy that may write', of('db1', { writable: false })],
    ['two copies that may write', of('db2', { writable: true })],
    ['a standby on an older timeline', of('db1', { timeline: 2 })],
    ['a standby of another system', of('db2', { system: 't' })],
    ['a standby that is more than 1 MiB behind', of('db2', { lagBytes: 1_048_577 })],
    ['a standby of which nothing is known', of('db2', { up: null })],
    ['a standby that is down', of('db2', { up: false })],
    ['no synchronous standby where one is promised', of('db1', { sync: false })],
    ['a server of the balancer down', (line: Line) => (line.backend === 'a/2' ? { ...line, status: 'DOWN' } : line)],
  ] as const)
    test(`is not there with ${what}`, async () => {
      assert.deepEqual(await redundant(run(change)), [2995]);
    });
  test('is there with a standby that is a little behind, and with an asynchronous one where nothing else is promised', async () => {
    assert.deepEqual(await redundant(run(of('db2', { lagBytes: 1_048_576 }))), [0]);
    const async = faulty([1], []);
    const topology = { ...(async.run.topology as Line), replication: 'async' };
    assert.deepEqual(await redundant(run(of('db1', { sync: false }), { ...async, run: { ...async.run, topology } })), [0]);
  });
  test('is there with a follower of another system where each site has a database of its own', async () => {
    const supported = faulty([1], []);
    const topology = { ...(supported.run.topology as Line), pattern: 'supported' };
    const sketch = { ...supported, run: { ...supported.run, topology } };
    assert.deepEqual(await redundant(run(of('db2', { system: 't', timeline: 7 }), sketch)), [0]);
  });
  test('is not asked of looks that never say who may write', async () => {
    const sketch = run((line) => line);
    const observations = sketch.observations.map((line) => ({ ...line, writable: null }));
    assert.deepEqual(await redundant({ ...sketch, run: { ...sketch.run, floors: { samplesPerSecond: 0 } }, observations }), [0]);
  });
  test('must last for five seconds, or until the next fault', async () => {
    const flaps = (line: Line): Line =>
      line.copy === 'db2' && (Number(line.at) < 1_500_000 || Number(line.at) > 3_500_000) ? { ...line, up: false } : line;
    assert.deepEqual(await redundant(run(flaps)), [2995]);
    assert.deepEqual(await redundant(run(flaps, faulty([1, 3], []))), [495, 995]);
  });
});
