import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ddmin } from './ddmin.ts';

const lists = fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 12 });
/** A list and some of its elements, which make it fail together. */
const guilty = lists.chain((items) => fc.tuple(fc.constant(items), fc.subarray(items, { minLength: 1 })));
const holding =
  (needed: readonly number[]) =>
  async (candidate: readonly number[]): Promise<boolean> =>
    needed.every((one) => candidate.includes(one));

describe('ddmin', () => {
  test('finds exactly the elements that fail together, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(guilty, async ([items, needed]) => {
        assert.deepEqual(await ddmin(items, holding(needed)), needed);
      }),
    );
  });

  test('gives a list that fails, whatever the reason, and of which no single element can be spared', async () => {
    await fc.assert(
      fc.asyncProperty(lists, fc.func(fc.boolean()), async (items, chance) => {
        const fails = async (candidate: readonly number[]): Promise<boolean> => candidate.length === items.length || chance([...candidate]);
        const smallest = await ddmin(items, fails);
        assert.ok(await fails(smallest));
        for (const spared of smallest.length > 1 ? smallest : []) assert.ok(!(await fails(smallest.filter((one) => one !== spared))));
      }),
    );
  });

  test('asks only of shorter lists that are not empty, and at most some n² times', async () => {
    await fc.assert(
      fc.asyncProperty(guilty, async ([items, needed]) => {
        let asked = 0;
        await ddmin(items, async (candidate) => {
          asked++;
          assert.ok(candidate.length > 0 && candidate.length < items.length);
          return holding(needed)(candidate);
        });
        assert.ok(asked <= items.length ** 2 + 3 * items.length, `${asked} questions for ${items.length} elements`);
      }),
    );
  });

  test('gives up with the smallest list so far when it is told no from then on', async () => {
    let left = 2;
    const fails = async (candidate: readonly number[]): Promise<boolean> => left-- > 0 && candidate.includes(7);
    assert.deepEqual(await ddmin([1, 2, 3, 4, 5, 6, 7, 8], fails), [5, 6, 7, 8]);
  });
});
