import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KILLED, KILLED_WITH_HEALER, STATES, allCells, oneEach, randomTenth } from './cells.ts';
import { MECHANISMS } from './mechanisms.ts';

test('every mechanism meets every state and everything that can be killed', () => {
  const names = allCells().map(({ mechanism, state, killed }) => `${mechanism.name}, ${state}, ${killed}`);
  assert.equal(new Set(names).size, MECHANISMS.length * STATES.length * (KILLED.length + KILLED_WITH_HEALER.length));
});

test('one cell each leaves out no mechanism, no state and nothing that can be killed', () => {
  const cells = oneEach();
  assert.deepEqual(
    cells.map(({ mechanism }) => mechanism),
    MECHANISMS,
  );
  assert.deepEqual(new Set(cells.map(({ state }) => state)), new Set(STATES));
  assert.deepEqual(new Set(cells.map(({ killed }) => killed)), new Set([...KILLED, ...KILLED_WITH_HEALER]));
});

test('a random tenth has no cell twice', () => {
  const cells = allCells();
  const tenth = randomTenth(cells);
  assert.equal(tenth.length, Math.ceil(cells.length / 10));
  assert.equal(new Set(tenth).size, tenth.length);
});
