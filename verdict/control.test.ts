import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judged, NO_FLOORS, read, runOf, steady, tiny } from './testing.ts';

const expecting = (expect: string) => runOf({ floors: NO_FLOORS, expect });
const without = { db1: ['e1', 'e3'], db2: ['e1', 'e3'] };
const staleRead = read('e1', 90, 95, { found: false });

describe('a control', { concurrency: 4 }, () => {
  test('holds when exactly the expected class breaks', async () => {
    const verdict = await judged(tiny({ run: expecting('lost'), final: without }));
    assert.deepEqual([verdict.verdict, verdict.held, verdict.expect], ['fail', true, 'lost']);
  });
  test('does not hold when another class breaks as well, or instead, or none', async () => {
    const both = await judged(tiny({ run: expecting('lost'), final: without, history: [...tiny().history, staleRead] }));
    const other = await judged(tiny({ run: expecting('lost'), history: [...tiny().history, staleRead] }));
    const none = await judged(tiny({ run: expecting('lost') }));
    assert.deepEqual(
      [both, other, none].map(({ verdict, held }) => [verdict, held]),
      [
        ['fail', false],
        ['fail', false],
        ['pass', false],
      ],
    );
  });
  test('does not hold when the evidence is in doubt: it may be flagged for another reason than its fault', async () => {
    const { held, verdict, reasons } = await judged(tiny({ run: expecting('lost'), final: without, end: null }));
    assert.deepEqual([verdict, held], ['fail', false]);
    assert.match(reasons.join('\n'), /^lost: .*\n(.*\n)*vacuous: /u);
  });
  test('that expects no decision holds when there is none', async () => {
    const open = await judged(tiny({ run: expecting('inconclusive'), end: null }));
    const broken = await judged(tiny({ run: expecting('inconclusive'), end: null, final: without }));
    assert.deepEqual(
      [open, broken].map(({ verdict, held }) => [verdict, held]),
      [
        ['inconclusive', true],
        ['fail', false],
      ],
    );
  });
  test('of availability is not spoilt by the outage that comes with it', async () => {
    const sketch = steady({}, [1, 1, 5]);
    const bounds = { availability: 0.99, longestOutageMs: 200, rtoMs: 100 };
    const history = sketch.history.map((line) =>
      (line.due as number) >= 1_100_000 && (line.due as number) < 1_600_000 ? { ...line, outcome: 'unknown', found: undefined } : line,
    );
    const verdict = await judged({ ...sketch, run: { ...sketch.run, bounds, expect: 'availability' }, history });
    assert.equal(verdict.held, true, verdict.reasons.join('\n'));
  });
});

describe('a deliberate mistake', { concurrency: 4 }, () => {
  const under = (expect?: string) =>
    runOf({ floors: NO_FLOORS, topology: { sabotage: 'local-commits' }, ...(expect === undefined ? {} : { expect }) });
  test('is caught by the class that the scenario names, whatever breaks beside it', async () => {
    const alone = await judged(tiny({ run: under('lost'), final: without }));
    const both = await judged(tiny({ run: under('lost'), final: without, history: [...tiny().history, staleRead] }));
    assert.deepEqual(
      [alone, both].map(({ verdict, held, sabotage }) => [verdict, held, sabotage]),
      [
        ['fail', true, 'local-commits'],
        ['fail', true, 'local-commits'],
      ],
    );
  });
  test('is not caught by another class, nor by doubts, nor by a pass', async () => {
    const other = await judged(tiny({ run: under('lost'), history: [...tiny().history, staleRead] }));
    const doubt = await judged(tiny({ run: under('lost'), end: null }));
    const none = await judged(tiny({ run: under('lost') }));
    assert.deepEqual(
      [other, doubt, none].map(({ verdict, held }) => [verdict, held]),
      [
        ['fail', false],
        ['inconclusive', false],
        ['pass', false],
      ],
    );
  });
  test('that a scenario does not claim leaves its verdict as it is, and named', async () => {
    const { verdict, held, sabotage } = await judged(tiny({ run: under() }));
    assert.deepEqual([verdict, held, sabotage], ['pass', true, 'local-commits']);
  });
});
