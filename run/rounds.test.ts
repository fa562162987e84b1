import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawSchedule } from '../faults/schedule/draw.ts';
import type { Schedule } from '../faults/schedule/schedule.ts';
import { roundsOf, type Asked } from './rounds.ts';

const shape = {
  sites: [
    { name: 'a', nodes: ['a1', 'a2'] },
    { name: 'b', nodes: ['b1', 'b2'] },
  ],
  store: ['dcs1', 'dcs2', 'dcs3'],
};
const told = (asked: Asked, clock: number[] = [0]): [string, string][] =>
  [...roundsOf(asked, shape, () => clock.shift() ?? 60_000)].map(({ title, again }) => [title, again]);

describe('the rounds of a soak', () => {
  test('follow each other until the time is over', () => {
    assert.deepEqual(told({ seed: 7, forMs: 60_000 }, [0, 0, 40_000, 59_999, 60_000]), [
      ['soak, seed 7, round 1', '--seed 7 --round 1'],
      ['soak, seed 7, round 2', '--seed 7 --round 2'],
      ['soak, seed 7, round 3', '--seed 7 --round 3'],
    ]);
  });

  test('are one where one is asked for, the same as among the others', () => {
    const [third] = [...roundsOf({ seed: 7, forMs: 1, round: 3 }, shape)];
    assert.deepEqual(third?.schedule, drawSchedule({ seed: 7, round: 3, shape }));
    assert.deepEqual(told({ seed: 7, forMs: 1, round: 3 }), [['soak, seed 7, round 3', '--seed 7 --round 3']]);
  });

  test('are one where a schedule is given, and replicate as they are told to', () => {
    const schedule: Schedule = drawSchedule({ seed: 1, round: 1, shape });
    const asked: Asked = { seed: 7, forMs: 1, schedule: { name: 'mine.json', schedule }, replication: 'async' };
    assert.deepEqual(told(asked), [['schedule mine.json', '--schedule mine.json --replication async']]);
    assert.deepEqual([...roundsOf(asked, shape)][0]?.schedule.reference, { ...schedule.reference, replication: 'async' });
    assert.deepEqual(told({ seed: 7, forMs: 1, round: 1, replication: 'async' })[0]?.[1], '--seed 7 --round 1 --replication async');
  });

  test('say which lab they are played on, where it is not the usual one', () => {
    const [only] = [...roundsOf({ seed: 7, forMs: 1, round: 1, lab: ['--sabotage', 'slow-return'] }, shape)];
    assert.deepEqual([only?.again, only?.lab], ['--seed 7 --round 1 --sabotage slow-return', ['--sabotage', 'slow-return']]);
  });
});
