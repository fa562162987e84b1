import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classesOf, faultOf, judged, NO_FLOORS, runOf, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
type Kind = 'get' | 'read';

const ENDS = { before: 3_000_000, during: 6_000_000, after: 9_000_000 };

/** Gets and reads, a hundred a second of each for 9 s; those that `keep` says were due. */
function offered(keep: (kind: Kind, due: number) => boolean, run: Line = {}): Sketch {
  const phases = [
    { name: 'before', start: 0, end: ENDS.before },
    { name: 'during', start: ENDS.before, end: ENDS.during },
    { name: 'after', start: ENDS.during, end: ENDS.after },
  ];
  const asked = (kind: Kind): Line[] =>
    Array.from({ length: 900 }, (_, nth) => nth * 10_000)
      .filter((due) => keep(kind, due))
      .map((due) => ({ op: kind, client: 3, due, start: due, end: due + 900, outcome: 'ok', ...shown(kind, due) }));
  // reads of what is known could have missed it
  const shown = (kind: Kind, due: number): Line =>
    kind === 'read' && due > 1000 ? { id: 'e1', found: true } : { id: `k${due}`, found: false };
  return tiny({
    run: runOf({ floors: NO_FLOORS, phases, load: { get: 100, read: 100 }, ...run }),
    history: [...tiny().history.filter(({ op }) => op === 'add'), ...asked('get'), ...asked('read')],
    faults: faultOf({ intent: ENDS.before, applied: 3_005_000, verified: 3_100_000, gone: ENDS.during }),
  });
}

describe('kinds of operation that follow each other', { concurrency: 2 }, () => {
  const legal: [string, (kind: Kind, due: number) => boolean][] = [
    ['may end a second before a phase does', (kind, due) => kind === 'read' || due <= 2_000_000 || due >= 3_000_000],
    ['may end a second before the run does', (kind, due) => kind === 'read' || due <= 8_000_000],
    ['may begin a second after it', (kind, due) => kind === 'get' || due >= 990_000],
    ['may do both', (kind, due) => (kind === 'get' ? due <= 8_000_000 : due >= 990_000)],
  ];
  for (const [what, keep] of legal) {
    test(what, async () => {
      for (const load of [undefined, { get: 100, read: 100 }]) {
        const verdict = await judged(offered(keep, { load }));
        assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
      }
    });
  }
  const holes: [string, (kind: Kind, due: number) => boolean][] = [
    ['end no more than a second early', (kind, due) => kind === 'read' || due <= 1_980_000 || due >= 3_000_000],
    ['do not all end early', (_, due) => due <= 8_500_000],
    ['pause nowhere else', (kind, due) => kind === 'read' || due <= 4_000_000 || due >= 4_500_000],
    ['miss no start of a fault', (kind, due) => kind === 'read' || due < 3_000_000 || due >= 3_500_000],
  ];
  for (const [what, keep] of holes) {
    test(what, async () => {
      const verdict = await judged(offered(keep, { load: undefined }));
      assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
      assert.match(verdict.reasons[0] ?? '', /no (?:get|read) operation was due for \d+ ms/u);
    });
  }
});
