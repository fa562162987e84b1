import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { add, classesOf, judged, read, steady, tiny, type Sketch } from './testing.ts';
import { worlds, type World } from './testing-model.ts';

/** One record of all worlds, spread in time, with one element that is always acknowledged. */
function recordOf(all: World[], change: (world: World) => World = (world) => world): Sketch {
  const changed = all.map(change);
  const ids = ['always', ...changed.filter((world) => world.present).map((world) => world.id)];
  return tiny({ history: [add('always', 0, 1), ...changed.flatMap((world) => world.history)], final: { db1: ids, db2: ids } });
}

/** One way to spoil a record, with its class: each adds an element of its own and breaks the rules with it. */
const mutations: Record<string, (sketch: Sketch, victim: World) => Sketch> = {
  lost: (sketch, { id }) => withFinal(sketch, (ids) => ids.filter((kept) => kept !== id)),
  phantom: (sketch) => ({
    ...withFinal(sketch, (ids) => [...ids, 'ghost']),
    history: [...sketch.history, add('ghost', 5, 9, { outcome: 'failed' })],
  }),
  unexpected: (sketch) => withFinal(sketch, (ids) => [...ids, 'stranger']),
  duplicated: (sketch) => withFinal(sketch, (ids) => [...ids, 'always']),
  stale: (sketch) => ({ ...sketch, history: [...sketch.history, read('always', 2, 8, { found: false, role: 'primary' })] }),
  'missing-at-copy': (sketch) => ({
    ...withFinal(sketch, (ids) => [...ids, 'lone']),
    history: [...sketch.history, add('lone', 5, 9)],
    final: { db1: [...(sketch.final.db1 ?? []), 'lone'], db2: sketch.final.db2 ?? [] },
  }),
};

function withFinal(sketch: Sketch, change: (ids: unknown[]) => unknown[]): Sketch {
  return { ...sketch, final: Object.fromEntries(Object.entries(sketch.final).map(([copy, ids]) => [copy, change(ids) as string[]])) };
}

const shuffle = <T>(list: T[], seed: number): T[] =>
  list
    .map((item, index) => ({ item, key: ((index + 1) * (seed | 1)) % 10_007 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

describe('what the model allows', { concurrency: 2 }, () => {
  test('gives no finding', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.integer(), async (all, seed) => {
        const sketch = recordOf(all);
        const verdict = await judged({ ...sketch, history: shuffle(sketch.history, seed) });
        assert.equal(verdict.verdict, 'pass', JSON.stringify(verdict.findings, null, 1));
        assert.deepEqual(classesOf(verdict).breaking, []);
        const known = all.filter((world) => world.fate === 'unknown');
        assert.equal(verdict.writes.recovered + verdict.writes.vanished, verdict.writes.unknown);
        assert.ok(verdict.writes.unknown >= known.length);
      }),
      { numRuns: 6 },
    );
  });
  test('and spoilt in any ways gives exactly the classes of those ways', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.subarray(Object.keys(mutations), { minLength: 1 }), fc.integer(), async (all, names, seed) => {
        const victim = all.find((world) => world.fate === 'acknowledged');
        fc.pre(victim !== undefined);
        const spoilt = names.reduce((sketch, name) => (mutations[name] as (typeof mutations)[string])(sketch, victim), recordOf(all));
        const verdict = await judged({ ...spoilt, history: shuffle(spoilt.history, seed) });
        assert.deepEqual(classesOf(verdict).breaking, [...names].sort());
      }),
      { numRuns: 10 },
    );
  });
});

describe('a run that lost its evidence', () => {
  const whole = steady();
  const losses: Record<string, { spoil: (sketch: Sketch) => Sketch; says: RegExp }> = {
    load: {
      spoil: (sketch) => ({
        ...sketch,
        history: sketch.history.filter(
          (line) => line.op !== 'read' || (line.due as number) < 1_000_000 || (line.due as number) > 2_000_000,
        ),
      }),
      says: /0 read operations were offered \(issued and dropped\) in "during"/u,
    },
    proof: {
      spoil: (sketch) => ({ ...sketch, faults: (sketch.faults ?? []).filter((line) => line.state !== 'verified') }),
      says: /its effect was never verified/u,
    },
    end: { spoil: (sketch) => ({ ...sketch, end: null }), says: /no closing line/u },
  };

  test('is never judged a pass, and says each thing that it lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(Object.keys(losses), { minLength: 1 }), async (names) => {
        const spoilt = names.reduce((sketch, name) => losses[name]?.spoil(sketch) ?? sketch, whole);
        const verdict = await judged(spoilt);
        // without reads nothing was open to refutation
        const other = names.includes('load') ? ['never-read', 'vacuous'] : ['vacuous'];
        assert.deepEqual(classesOf(verdict), { breaking: [], other });
        for (const [name, { says }] of Object.entries(losses))
          assert.equal(says.test(verdict.reasons.join('\n')), names.includes(name), name);
      }),
      { numRuns: 3 },
    );
  });
});
