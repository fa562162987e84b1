import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { shuffled, worlds, type World } from './testing-model.ts';
import type { Mutation } from './testing-mutation.ts';
import { MUTATIONS } from './testing-mutations.ts';
import { classesOf, judged } from './testing.ts';

/** Legal histories to judge, and histories to spoil by each mutation; HOLDFAST_HISTORIES raises both for a thorough run. */
const histories = Number(process.env.HOLDFAST_HISTORIES ?? 6);
const perMutation = Math.ceil(Number(process.env.HOLDFAST_HISTORIES ?? 0) / 20);

/** What a legal history may show without breaking anything: what nobody promised. */
const MEASURED = new Set(['stale', 'non-monotonic-session', 'lost-unreplicated', 'read-then-lost']);

const options = { endOnFailure: true, verbose: 0 } as const;

describe('what the model allows', { concurrency: 2 }, () => {
  test(`breaks nothing, and is measured only where nothing was promised (${histories} histories)`, async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.integer(), async (world, seed) => {
        const verdict = await judged(inOrder(world, seed));
        assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
        const { breaking, other } = classesOf(verdict);
        assert.deepEqual([...breaking, ...other.filter((name) => !MEASURED.has(name))], []);
        const { unknown, recovered, vanished, acknowledged } = verdict.writes;
        assert.equal(recovered + vanished, unknown);
        assert.ok(acknowledged >= 2);
      }),
      { ...options, numRuns: histories },
    );
  });
  test('gives the same verdict to the byte, whatever the order of the lines, and in whatever parts it is judged', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.integer(), fc.constantFrom(...MUTATIONS), fc.nat(), async (world, seed, mutation, pick) => {
        const sketch = mutation.spoil(world, pick);
        const [first, second] = [await judged(sketch), await judged(inOrder({ ...world, sketch }, seed))];
        assert.equal(JSON.stringify(second), JSON.stringify(first));
        const inParts = await judged(sketch, undefined, { part: Math.ceil(sketch.history.length / 3) });
        assert.equal(JSON.stringify(inParts), JSON.stringify(first));
      }),
      { ...options, numRuns: Math.ceil(histories / 3) },
    );
  });
});

describe('a legal history that was spoilt', { concurrency: 2 }, () => {
  test('in several ways is named by exactly the classes of those ways', async () => {
    const breaking = MUTATIONS.filter((mutation) => mutation.doubts === undefined && mutation.reports !== true);
    await fc.assert(
      fc.asyncProperty(worlds, fc.subarray(breaking, { minLength: 1 }), fc.nat(), fc.integer(), async (world, mutations, pick, seed) => {
        const sketch = mutations.reduce((spoilt, { spoil }) => spoil({ ...world, sketch: spoilt }, pick), world.sketch);
        const verdict = await judged(inOrder({ ...world, sketch }, seed));
        assert.deepEqual(
          classesOf(verdict).breaking,
          [...new Set(mutations.map((mutation) => mutation.class))].sort(),
          verdict.reasons.join('\n'),
        );
      }),
      { ...options, numRuns: histories + 2 },
    );
  });
  test('in one way is named by its class, each time', async (context) => {
    // each way once here; in a thorough run a table of counts
    for (const mutation of MUTATIONS.filter((each) => perMutation > 0 || each.doubts !== undefined || each.reports === true)) {
      let [runs, named] = [0, 0];
      await fc.assert(
        fc.asyncProperty(worlds, fc.nat(), async (world, pick) => {
          runs += 1;
          await assertNamed(world, mutation, pick);
          named += 1;
        }),
        { ...options, numRuns: Math.max(1, perMutation) },
      );
      if (perMutation > 0) context.diagnostic(`| ${mutation.what} | \`${mutation.class}\` | ${named} of ${runs} |`);
    }
  });
});

async function assertNamed(world: World, mutation: Mutation, pick: number): Promise<void> {
  const verdict = await judged(mutation.spoil(world, pick));
  const { breaking, other } = classesOf(verdict);
  const unmeasured = other.filter((name) => !MEASURED.has(name));
  if (mutation.doubts !== undefined) {
    assert.deepEqual([verdict.verdict, breaking, unmeasured], ['inconclusive', [], mutation.doubts], verdict.reasons.join('\n'));
  } else if (mutation.reports === true) {
    assert.deepEqual([verdict.verdict, breaking, unmeasured], ['pass', [], [mutation.class]], verdict.reasons.join('\n'));
  } else {
    assert.deepEqual([verdict.verdict, breaking, unmeasured], ['fail', [mutation.class], []], verdict.reasons.join('\n'));
  }
}

function inOrder({ sketch }: World, seed: number): typeof sketch {
  const final = Object.fromEntries(Object.entries(sketch.final).map(([copy, rows]) => [copy, shuffled(rows, seed)]));
  return {
    ...sketch,
    history: shuffled(sketch.history, seed),
    observations: shuffled(sketch.observations, seed),
    faults: shuffled(sketch.faults ?? [], seed),
    final,
  };
}
