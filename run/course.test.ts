import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError } from '../faults/inject.ts';
import type { PlannedStep } from '../faults/schedule/schedule.ts';
import type { LeftOut } from '../record/format.ts';
import { HoldfastError, UsageError } from '../support/errors.ts';
import { carryOut } from './course.ts';
import type { Run } from './run.ts';

type Injecting = Pick<Run, 'inject' | 'leaveOut' | 'leftOut'> & { said: string[] };

/** A run that does with each fault what the test says, and notes when. */
function runThat(does: (fault: string) => Promise<void>): Injecting {
  const leftOut: LeftOut[] = [];
  const said: string[] = [];
  return {
    said,
    leftOut,
    leaveOut: (fault) => void leftOut.push({ at: 0, ...fault }),
    inject: async ({ fault }, options) => {
      said.push(`${fault} ${options?.for ?? 'at once'} begins`);
      await does(fault);
      said.push(`${fault} ends`);
    },
  };
}

function step(at: number, fault: string, length?: string): PlannedStep {
  return {
    step: { at, fault, target: 'b', ...(length === undefined ? {} : { for: length }) },
    spec: { fault, target: { kind: 'site', name: 'b' } },
  };
}

describe('the course of a schedule', () => {
  test('injects each fault at its time, whatever the others do', async () => {
    const run = runThat((fault) => sleep(fault === 'freeze' ? 200 : 1));
    await carryOut(run, [step(60, 'switchover'), step(0, 'freeze', '10s')]);
    assert.deepEqual(run.said, ['freeze 10s begins', 'switchover at once begins', 'switchover ends', 'freeze ends']);
  });

  test('leaves out what is refused, says why, and goes on', async () => {
    const run = runThat(async (fault) => {
      if (fault === 'freeze') throw new RefusedError(new UsageError('no synchronous standby now'));
    });
    await carryOut(run, [step(0, 'freeze', '10s'), step(1, 'switchover')]);
    assert.deepEqual(run.leftOut, [{ at: 0, fault: 'freeze', target: 'b', reason: 'no synchronous standby now' }]);
    assert.ok(run.said.includes('switchover ends'));
  });

  test('carries every fault out before it says that one was not proven', async () => {
    const run = runThat(async (fault) => {
      if (fault === 'freeze') throw new HoldfastError('freeze on b: expected its effect, seen from another host');
    });
    await assert.rejects(carryOut(run, [step(0, 'freeze', '10s'), step(30, 'switchover')]), /freeze on b: expected its effect/);
    assert.ok(run.said.includes('switchover ends'));
    assert.deepEqual(run.leftOut, []);
  });

  test('is no test where everything was refused', async () => {
    const run = runThat(async () => {
      throw new RefusedError(new HoldfastError('no steady state'));
    });
    await assert.rejects(carryOut(run, [step(0, 'freeze', '10s')]), /every fault of the schedule was refused: expected at least one/);
  });
});
