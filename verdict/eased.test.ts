import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, judged, NO_FLOORS, runOf, steady, tiny } from './testing.ts';

describe('what a record eased', { concurrency: 4 }, () => {
  test('is told with a pass: floors below the defaults, losses and staleness that it allows', async () => {
    const bounds = { lost: 2, stalePrimary: 1 };
    const { verdict, held, reasons, eased } = await judged(
      tiny({
        run: runOf({
          bounds,
          floors: {
            ...NO_FLOORS,
            coverage: 0.5,
            samplesPerSecond: 7,
            failedCalls: 0,
            readsPerSecond: 40,
            addsPerSecond: 0.5,
            acksBeforeFault: 0,
            askedAgain: 0.9,
            askedOfEach: 20,
            strangers: 0.01,
            connectsPerSecond: 1,
          },
        }),
        observations: [],
      }),
    );
    assert.ok(eased !== undefined);
    assert.deepEqual(
      eased.map(({ what, name, given, usual }) => [what, name, given, usual]),
      [
        ['floor', 'addsPerSecond', 0.5, 20],
        ['floor', 'acksBeforeFault', 0, 10],
        ['bound', 'lost', 2, 0],
        ['bound', 'stalePrimary', 1, 0],
      ],
    );
    assert.deepEqual(reasons.slice(-2), [
      'note: this record demands less evidence than usual: addsPerSecond 0.5 (usually 20), acksBeforeFault 0 (usually 10)',
      'note: this record promises less than usual: lost 2 (usually 0), stalePrimary 1 (usually 0)',
    ]);
    assert.deepEqual([verdict, held], ['inconclusive', false]);
  });
  test('takes nothing from a pass', async () => {
    const { verdict, held, reasons } = await judged(tiny());
    assert.deepEqual([verdict, held, reasons.length], ['pass', true, 2]);
    assert.match(reasons[1] ?? '', /^note: this record demands less evidence than usual: addsPerSecond 0/u);
  });
  test('is nothing where floors and promises are as usual, or stricter', async () => {
    const whole = steady();
    const run = { ...whole.run, floors: { failedCalls: 0, addsPerSecond: 100 }, bounds: { lost: 0, availability: 0.5 } };
    const { reasons, eased } = await judged({ ...whole, run });
    assert.deepEqual([reasons.filter((reason) => reason.startsWith('note')), eased], [[], undefined]);
  });
  test('is told with losses that were excused: by a bound, by 202, by degraded replication', async () => {
    const history = [...tiny().history, add('e4', 80, 90), add('e5', 80, 90, { replicated: false })];
    const within = await judged(tiny({ history, run: runOf({ floors: NO_FLOORS, bounds: { lost: 1 } }) }));
    assert.equal(within.verdict, 'pass');
    assert.match(within.reasons.join('\n'), /^note: excused, not broken: 1 of 4 acknowledged adds lost/mu);
    assert.match(within.reasons.join('\n'), /^note: excused, not broken: 1 write answered as not replicated \(202\) and lost/mu);
    const off = [70, 95].map((at) => ({ at, copy: 'db1', up: true, writable: true, sync: false }));
    const degraded = await judged(
      tiny({
        history: [...tiny().history, add('e4', 80, 90, { copy: 'db1' })],
        observations: off,
        run: runOf({ floors: NO_FLOORS, topology: { replication: 'sync' } }),
      }),
    );
    assert.equal(degraded.verdict, 'pass');
    assert.match(
      degraded.reasons.join('\n'),
      /^note: excused, not broken: 1 write acknowledged while synchronous replication was off and lost/mu,
    );
  });
});
