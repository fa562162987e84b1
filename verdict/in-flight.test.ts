import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { InFlight } from '../record/verdict-format.ts';
import { everywhere } from './testing-pairs.ts';
import { add, faultOf, judged, put, tiny, type Sketch } from './testing.ts';

const FAULT = faultOf({ intent: 990, applied: 1010, verified: 1100, healed: 1200, gone: 1300 }).map((line) =>
  line.state === 'applied' ? { ...line, began: 1000 } : line,
);

const figure = async (change: Partial<Sketch>): Promise<InFlight[] | undefined> =>
  (await judged(tiny({ faults: FAULT, observations: [], ...change }))).inFlight;

const none = { writes: 0, acknowledged: 0, accepted: 0, failed: 0, unknown: 0, survived: 0 };
const at = { fault: 'powerOff', target: 'db1', at: 1000 };

describe('writes in flight at a fault', { concurrency: 4 }, () => {
  test('are those that had begun and had no answer when it began to be applied', async () => {
    const history = [
      add('answered', 900, 1000),
      add('flying', 1000, 1001),
      add('later', 1001, 1005),
      put('k', 1, 950, 1500),
      { ...add('read', 900, 1100), op: 'read', found: false },
    ];
    assert.deepEqual(await figure({ history, final: everywhere('answered', 'flying', 'later', { id: 'k', version: 1, value: 'k 1' }) }), [
      { ...at, ...none, writes: 2, acknowledged: 2 },
    ]);
  });

  test('are told by what became of them', async () => {
    const history = [
      add('promised', 900, 1100),
      add('accepted', 900, 1100, { replicated: false }),
      add('refused', 900, 1100, { outcome: 'failed', stage: 'commit' }),
      add('kept', 900, 3000, { outcome: 'unknown' }),
      add('gone', 900, 3000, { outcome: 'unknown' }),
      add('unsent', 900, 1100, { outcome: 'failed', stage: 'dial' }),
    ];
    assert.deepEqual(await figure({ history, final: everywhere('promised', 'kept') }), [
      { ...at, writes: 5, acknowledged: 1, accepted: 1, failed: 1, unknown: 2, survived: 1 },
    ]);
  });

  test('count by the attempt, and a repeat that was acknowledged leaves its row', async () => {
    const history = [add('e', 900, 2000, { outcome: 'unknown', due: 900, attempt: 1 }), add('e', 2100, 2200, { due: 900, attempt: 2 })];
    assert.deepEqual(await figure({ history, final: everywhere('e') }), [{ ...at, ...none, writes: 1, unknown: 1, survived: 1 }]);
  });

  test('of a key survived where the truth shows its value, not where a later version stands', async () => {
    const history = [
      put('k', 1, 900, 3000, { outcome: 'unknown' }),
      put('j', 1, 900, 3000, { outcome: 'unknown' }),
      put('j', 2, 3100, 3200),
    ];
    const final = everywhere({ id: 'k', version: 1, value: 'k 1' }, { id: 'j', version: 2, value: 'j 2' });
    assert.deepEqual(await figure({ history, final }), [{ ...at, ...none, writes: 2, unknown: 2, survived: 1 }]);
  });

  test('are counted for each fault, at the moment of the verb where it does not say when it began', async () => {
    const history = [add('first', 900, 1020), add('both', 1005, 5000), add('second', 3990, 4100)];
    const faults = [...FAULT, ...faultOf({ intent: 3900, applied: 4000, verified: 4050, healed: 4100, gone: 4200 }, { fault: 'isolate' })];
    assert.deepEqual(await figure({ history, faults, final: everywhere('first', 'both', 'second') }), [
      { ...at, ...none, writes: 1, acknowledged: 1 },
      { ...at, ...none, fault: 'isolate', at: 4000, writes: 2, acknowledged: 2 },
    ]);
  });

  test('may have survived or not where the truth is not known', async () => {
    const history = [add('e', 900, 3000, { outcome: 'unknown' })];
    assert.deepEqual(await figure({ history, final: {} }), [{ ...at, ...none, writes: 1, unknown: 1, survived: null }]);
  });

  test('are no figure without a fault, or where it was never applied', async () => {
    assert.equal(await figure({ faults: [] }), undefined);
    assert.equal(await figure({ faults: faultOf({ intent: 990, gone: 1300 }) }), undefined);
  });
});
