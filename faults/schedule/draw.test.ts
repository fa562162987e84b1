import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { catalogue, faultNamed } from '../catalogue.ts';
import { sketchTopology } from '../topology.fixture.ts';
import { drawSchedule } from './draw.ts';
import { planSteps, readSchedule, scheduleText, type Schedule } from './schedule.ts';
import { shapeOf, type Shape } from './shape.ts';
import { parseDuration } from '../../support/durations.ts';

const shape = shapeOf(sketchTopology());
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const rounds = fc.integer({ min: 1, max: 50 });
const drawn = (wanted: Shape = shape): fc.Arbitrary<Schedule> =>
  fc.tuple(seeds, rounds).map(([seed, round]) => drawSchedule({ seed, round, shape: wanted }));

describe('a schedule drawn by chance', () => {
  test('is the same for the same seed and round, and another for others', () => {
    fc.assert(
      fc.property(seeds, rounds, (seed, round) => {
        assert.deepEqual(drawSchedule({ seed, round, shape }), drawSchedule({ seed, round, shape }));
      }),
    );
    const texts = Array.from({ length: 20 }, (_, nth) =>
      scheduleText(drawSchedule({ seed: nth % 4, round: 1 + Math.floor(nth / 4), shape })),
    );
    assert.equal(new Set(texts).size, 20);
  });

  test('asks for faults that the installation can be asked for', () => {
    fc.assert(fc.property(drawn(), (schedule) => assert.equal(planSteps(sketchTopology(), schedule).length, schedule.steps.length)));
  });

  test('comes back from its text as it was', () => {
    fc.assert(fc.property(drawn(), (schedule) => assert.deepEqual(readSchedule(scheduleText(schedule), 'schedule.json'), schedule)));
  });

  test('holds every fault of the catalogue sooner or later, but the one that does nothing and the one that needs a backup', () => {
    const schedules = Array.from({ length: 300 }, (_, nth) => drawSchedule({ seed: 1, round: nth + 1, shape }));
    const faults = new Set(schedules.flatMap(({ steps }) => steps.map(({ fault }) => fault)));
    assert.deepEqual(
      [...faults].sort(),
      Object.keys(catalogue)
        .filter((name) => name !== 'nothing' && name !== 'destroy-database')
        .sort(),
    );
  });

  test('never takes two sites at once, nor waits for its first fault, and gives each fault the length that its kind has', () => {
    fc.assert(
      fc.property(drawn(), ({ steps }) => {
        assert.equal(steps[0]?.at, 0);
        const spans = steps.filter(({ target }) => ['a', 'b', 'a1', 'a2', 'b1', 'b2'].includes(target)).map(spanOf);
        for (const [index, one] of spans.entries())
          for (const other of spans.slice(index + 1)) assert.ok(one.at >= other.end || other.at >= one.end, JSON.stringify(steps));
        for (const { fault, for: length } of steps) assert.equal(length === undefined, faultNamed(fault).kind === 'momentary');
      }),
    );
  });

  test('has nothing to drain where a site has one node', () => {
    const small: Shape = {
      sites: [
        { name: 'a', nodes: ['a1'] },
        { name: 'b', nodes: ['b1'] },
      ],
      store: ['dcs1'],
    };
    fc.assert(fc.property(drawn(small), ({ steps }) => steps.every(({ fault }) => fault !== 'drain-node')));
  });
});

function spanOf({ at, for: length }: Schedule['steps'][number]): { at: number; end: number } {
  return { at, end: at + (length === undefined ? 0 : parseDuration(length)) };
}
