import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutSlices } from './slices.ts';

const span = { kind: 'add', phase: 'before', start: 1_000_000, end: 2_000_000 };
const bins = (...counts: [number, number, number][]) => counts.map(([bin, due, ok]) => ({ phase: 'before', kind: 'add', bin, due, ok }));
const cut = (...counts: [number, number, number][]) =>
  cutSlices(bins(...counts), span).map(({ start, end, due, bad }) => [start, end, due, bad]);

test('a full slice stands alone', () => {
  assert.deepEqual(cut([0, 20, 20], [1, 20, 18], [9, 20, 19]), [
    [1_000_000, 1_100_000, 20, false],
    [1_100_000, 1_200_000, 20, true],
    [1_200_000, 2_000_000, 20, false],
  ]);
});
test('a slice widens until five calls were due in it', () => {
  assert.deepEqual(cut([0, 2, 2], [1, 2, 0], [2, 2, 2], [3, 5, 5]), [
    [1_000_000, 1_300_000, 6, true],
    [1_300_000, 2_000_000, 5, false],
  ]);
});
test('what is left at the end of a phase joins the last slice', () => {
  assert.deepEqual(cut([0, 5, 5], [9, 4, 0]), [[1_000_000, 2_000_000, 9, true]]);
});
test('a phase with fewer than five calls is one slice', () => {
  assert.deepEqual(cut([3, 4, 4]), [[1_000_000, 2_000_000, 4, false]]);
  assert.deepEqual(cut(), []);
});
