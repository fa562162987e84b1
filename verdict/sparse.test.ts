import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../record/verdict-format.ts';
import { classesOf, faultOf, judged, NO_FLOORS, runOf, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Of twelve gets in 8 s beside a few quick calls, those whose place is named got no answer. */
function gets(bounds: Line, failed: number[]): Sketch {
  const phases = [
    { name: 'before', start: 0, end: 1_000_000 },
    { name: 'during', start: 1_000_000, end: 2_000_000 },
    { name: 'after', start: 2_000_000, end: 8_000_000 },
  ];
  const asked = Array.from({ length: 12 }, (_, nth): Line => {
    const due = 200_000 + nth * 650_000;
    const answer = failed.includes(nth) ? { end: due + 2_000_000, outcome: 'unknown' } : { end: due + 900, outcome: 'ok', found: false };
    return { op: 'get', id: `k${nth}`, client: 3, due, start: due, ...answer };
  });
  const { history } = tiny();
  return tiny({
    run: runOf({ floors: NO_FLOORS, phases, bounds }),
    history: [...history, ...asked],
    faults: faultOf({ intent: 1_000_000, applied: 1_005_000, verified: 1_100_000, gone: 2_000_000 }),
  });
}

/** Those of the rare kind; of all kinds at once there are as many here. */
function outagesOf({ availability }: Verdict): Verdict['availability']['outages'] {
  return availability.outages.filter(({ kind }) => kind === 'get');
}

describe('an outage of a kind of which calls are rare', { concurrency: 2 }, () => {
  test('is as long as its calls say: one get of twelve is no outage of 8 s', async () => {
    const verdict = await judged(gets({ longestOutageMs: 650 }, [6]));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.deepEqual(outagesOf(verdict), [{ kind: 'get', start: 4_100_000, end: 4_750_000, censored: false }]);
    assert.equal(verdict.availability.byKind.get?.time, 1 - 0.65 / 8);
  });
  test('is found where it is real, and two that a good call parts are two', async () => {
    const bounds = { longestOutageMs: 1900 };
    const real = await judged(gets(bounds, [2, 3, 4]));
    assert.deepEqual(classesOf(real), { breaking: ['longest-outage'], other: [] });
    assert.match(real.reasons[0] ?? '', /longest outage 1,950 ms > 1,900 ms \(kind "(?:get|all)", from 1500000 to 3450000 µs\)/u);
    const parted = await judged(gets(bounds, [2, 3, 5, 6]));
    assert.equal(parted.verdict, 'pass', parted.reasons.join('\n'));
    assert.deepEqual(
      outagesOf(parted).map(({ start, end }) => end - start),
      [1_300_000, 1_300_000],
    );
  });
  test('may have been longer where no good call stands before or after it', async () => {
    for (const failed of [[0], [11]]) {
      const verdict = await judged(gets({ longestOutageMs: 1000 }, failed));
      assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
      assert.match(verdict.reasons[0] ?? '', /bound longestOutageMs cannot be judged: an outage of kind/u);
      assert.equal(outagesOf(verdict)[0]?.censored, true);
    }
    const long = await judged(gets({ longestOutageMs: 1000 }, [10, 11]));
    assert.deepEqual(classesOf(long).breaking, ['longest-outage']);
  });
  test('holds recovery up as long as it lasts', async () => {
    const verdict = await judged(gets({ rtoMs: 1000 }, [2, 3]));
    assert.deepEqual(classesOf(verdict).breaking, ['rto']);
    assert.equal(verdict.recovery[0]?.stableMs, 2_800_000 / 1000 - 1005);
  });
});
