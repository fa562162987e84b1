import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { drawSchedule } from '../faults/schedule/draw.ts';
import { scheduleText, type Schedule, type Step } from '../faults/schedule/schedule.ts';
import { parseDuration } from '../support/durations.ts';
import { shrink } from './shrink.ts';

const shape = {
  sites: [
    { name: 'a', nodes: ['a1', 'a2'] },
    { name: 'b', nodes: ['b1', 'b2'] },
  ],
  store: ['dcs1', 'dcs2', 'dcs3'],
};
const schedules = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 20 }))
  .map(([seed, round]) => drawSchedule({ seed, round, shape }));
const lengthOf = (step: Step | undefined): number => (step?.for === undefined ? 0 : parseDuration(step.for));

describe('shrinking a schedule', () => {
  test('leaves the one fault that matters, at once, and as long as it must be', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, fc.nat(), async (schedule, pick) => {
        const culprit = schedule.steps[pick % schedule.steps.length] as Step;
        const fails = async ({ steps }: Schedule): Promise<boolean> =>
          steps.some(({ fault, ...step }) => fault === culprit.fault && lengthOf({ fault, ...step }) >= Math.min(5_000, lengthOf(culprit)));
        const { steps } = await shrink(schedule, fails);
        assert.equal(steps.length, 1);
        assert.equal(steps[0]?.fault, culprit.fault);
        assert.equal(steps[0]?.at, 0);
        assert.ok(lengthOf(steps[0]) < 10_000);
      }),
    );
  });

  test('keeps a schedule of which nothing can be spared, and asks of no schedule twice', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const asked: string[] = [];
        const smallest = await shrink(schedule, async (candidate) => {
          asked.push(scheduleText(candidate));
          return false;
        });
        assert.deepEqual(smallest, schedule);
        assert.equal(new Set(asked).size, asked.length);
        assert.ok(!asked.includes(scheduleText(schedule)));
      }),
    );
  });

  test('shortens faults together first, and no fault below what it takes to prove it', async () => {
    const steps: Step[] = [
      { at: 0, fault: 'freeze', target: 'b', for: '20s' },
      { at: 3000, fault: 'power-off', target: 'primary', for: '12s' },
    ];
    const schedule: Schedule = { ...drawSchedule({ seed: 1, round: 1, shape }), steps };
    const asked: string[] = [];
    const smallest = await shrink(schedule, async (candidate) => {
      asked.push(candidate.steps.map((step) => step.for).join(' '));
      return candidate.steps.length === 2;
    });
    assert.deepEqual(asked, ['20s', '12s', '10s 6s', '5s 3s', '3s 3s']);
    assert.deepEqual(
      smallest.steps.map((step) => step.for),
      ['3s', '3s'],
    );
  });
});
