import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more } from './testing-pairs.ts';
import { add, classesOf, faultOf, judged, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Writers that take turns: one write each, `every` µs, of `length`. */
function turns(times: number, who: (nth: number) => Line, { every = 20, length = 10, from = 100 } = {}): Sketch {
  const ids = Array.from({ length: times }, (_, nth) => `t${nth}`);
  const writes = ids.map((id, nth) => add(id, from + every * nth, from + every * nth + length, who(nth)));
  return tiny({ history: more(...writes), final: everywhere(...ids) });
}
const copies = (nth: number): Line => ({ copy: nth % 2 === 0 ? 'db1' : 'db2' });
const systems = (nth: number): Line => ({ system: nth % 2 === 0 ? 'a' : 'b', timeline: 1 });
const second = 1_000_000;

async function assertDoubted(sketch: Sketch, says: RegExp): Promise<void> {
  const verdict = await judged(sketch);
  assert.deepEqual(
    [verdict.verdict, classesOf(verdict)],
    ['inconclusive', { breaking: [], other: ['vacuous'] }],
    verdict.reasons.join('\n'),
  );
  assert.match(verdict.reasons.join('\n'), says);
}

async function assertPassed(sketch: Sketch): Promise<void> {
  const verdict = await judged(sketch);
  assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
}

describe('writers that no terms tell apart', { concurrency: 4 }, () => {
  const hasty = /"(db1|a)" and "(db2|b)" answered writes in turn, changing there and back twice within a second/u;

  test('are in doubt where they take turns faster than any switchover', async () => {
    await assertDoubted(turns(5, copies), hasty);
    await assertDoubted(
      turns(5, (nth) => ({ ...copies(nth), timeline: 1 })),
      hasty,
    );
    await assertDoubted(
      turns(5, (nth) => ({ ...copies(nth), replicated: false })),
      hasty,
    );
    assert.deepEqual(classesOf(await judged(turns(5, (nth) => ({ ...copies(nth), epoch: 3 })))).breaking, ['split-brain']);
  });
  test('are in doubt across the edge of a second as well', async () => {
    await assertDoubted(turns(5, copies, { from: second - 50 }), hasty);
  });
  test('are in doubt where answers name systems, and no copies', async () => {
    await assertDoubted(turns(5, systems), hasty);
  });
  test('are in doubt where their calls overlap', async () => {
    await assertDoubted(turns(21, systems, { every: 20, length: 50 }), hasty);
    await assertDoubted(turns(41, copies, { every: 20, length: 70 }), hasty);
  });
  test('are in doubt where they take turns slowly, and more often than anything explains', async () => {
    const slow = /answered writes in turn, changing 100 times that neither faults nor looks explain/u;
    await assertDoubted(turns(101, copies, { every: 2 * second }), slow);
    await assertDoubted(turns(101, systems, { every: 2 * second }), slow);
  });
  test('are in no doubt where one switchover led there and one back', async () => {
    await assertPassed(turns(3, copies));
    await assertPassed(turns(3, (nth) => ({ ...copies(nth), timeline: 1 })));
    await assertPassed(turns(3, systems));
    // calls that were under way at the switchover are answered by either
    const across = Array.from({ length: 6 }, (_, nth) => add(`t${nth}`, 100, 110 + nth, copies(nth)));
    const ids = across.map(({ id }) => String(id));
    await assertPassed(tiny({ history: more(...across, add('e9', 120, 130, { copy: 'db1' })), final: everywhere(...ids, 'e9') }));
  });
  test('are in no doubt where a fault brought each change, or looks show who might not write', async () => {
    const slow = turns(7, copies, { every: 2 * second });
    const fault = (nth: number): Line[] => {
      const at = 100 + second + 4 * nth * second;
      return faultOf({ intent: at, applied: at + 1, verified: at + 2, gone: at + 3 }, { id: String(nth) });
    };
    const during = [
      { name: 'before', start: 0, end: 100 + second },
      { name: 'during', start: 100 + second, end: 104 + 5 * second },
      { name: 'after', start: 104 + 5 * second, end: 20 * second },
    ];
    const explained = await judged({ ...slow, run: { ...slow.run, phases: during }, faults: [...fault(0), ...fault(1)] });
    assert.doesNotMatch(explained.reasons.join('\n'), /in turn/u);
    const looks = Array.from({ length: 7 }, (_, nth) =>
      ['db1', 'db2'].map((copy) => ({ copy, writable: copies(nth).copy === copy })),
    ).flatMap((pair, nth) => pair.map((look) => ({ at: 105 + 2 * nth * second, up: true, ...look })));
    await assertPassed({ ...slow, observations: looks });
    await assertDoubted({ ...slow, observations: looks.map((look) => ({ ...look, writable: true })) }, /changing 6 times/u);
  });
  test('are in no doubt where rising timelines show each takeover', async () => {
    await assertPassed(turns(9, (nth) => ({ ...copies(nth), timeline: nth + 1 })));
    await assertPassed(turns(9, (nth) => ({ ...copies(nth), system: 's', timeline: nth + 1 })));
  });
});

describe('a timeline that goes back', { concurrency: 4 }, () => {
  const says = /on timeline 1 after timeline 2 had been, but not all of them name their system/u;
  const moved = (...terms: Line[]): Sketch => turns(terms.length, (nth) => terms[nth] ?? {});

  test('is in doubt where only some answers name their system', async () => {
    await assertDoubted(moved({ system: 's', timeline: 2, copy: 'db1' }, { timeline: 1, copy: 'db1' }), says);
  });
  test('is in doubt where no answer does, for it may be that of another system', async () => {
    await assertDoubted(moved({ timeline: 2, copy: 'db2' }, { timeline: 1, copy: 'db1' }), says);
    await assertDoubted(moved({ timeline: 2 }, { timeline: 1 }), says);
    await assertDoubted(moved({ timeline: 2, copy: 'db2', epoch: 4 }, { timeline: 1, copy: 'db1' }), says);
  });
  test('is in no doubt where a new epoch says that another took over', async () => {
    await assertPassed(moved({ timeline: 2, copy: 'db2', epoch: 1 }, { timeline: 1, copy: 'db1', epoch: 2 }));
  });
});
