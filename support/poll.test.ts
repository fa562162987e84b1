import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DeadlineError } from './errors.ts';
import { until, type Clock } from './poll.ts';

/** A clock that moves only when someone sleeps; it keeps how long each sleep was. */
function steppedClock(): Clock & { slept: number[] } {
  let now = 1000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
}

/** A probe that gives these answers in turn, the last one for ever; an Error is thrown. */
function answers<T>(...list: (T | Error)[]): () => Promise<T> {
  let next = 0;
  return async () => {
    const answer = list[Math.min(next++, list.length - 1)] as T | Error;
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

const wait = { subject: 'site a', condition: 'every pod ready', timeoutMs: 1000, intervalMs: 300 };

describe('a wait', () => {
  test('ends although a look at what is awaited never does', async () => {
    const never = (): Promise<boolean> => new Promise(() => undefined);
    await assert.rejects(
      until({ ...wait, timeoutMs: 20, hungMs: 20, probe: never }),
      (error) =>
        error instanceof DeadlineError && /site a: expected every pod ready within 20 ms.*had not ended 20 ms later/.test(error.message),
    );
  });
  test('gives the first value that is there, and sleeps between the looks', async () => {
    const clock = steppedClock();
    const value = await until({
      ...wait,
      clock,
      probe: answers<string | false | undefined>(undefined, false, new Error('refused'), 'here'),
    });
    assert.equal(value, 'here');
    assert.deepEqual(clock.slept, [300, 300, 300]);
  });

  test('takes 0 and the empty text for values', async () => {
    const clock = steppedClock();
    assert.equal(await until({ ...wait, clock, probe: answers<number | false>(0) }), 0);
    assert.equal(await until({ ...wait, clock, probe: answers<string | false>('') }), '');
    assert.deepEqual(clock.slept, []);
  });

  test('ends at its deadline, and says who, what, how long and what came last', async () => {
    const clock = steppedClock();
    const probe = answers<undefined>(undefined, new Error('connection refused'));
    await assert.rejects(until({ ...wait, clock, probe, hint: 'see pods.log' }), (error) => {
      assert.ok(error instanceof DeadlineError);
      assert.equal(error.message, 'site a: expected every pod ready within 1000 ms; last answer: connection refused; see pods.log');
      return true;
    });
    assert.equal(clock.now(), 2000);
  });

  test('says at its deadline what is found then, or that it could not be found out', async () => {
    const probe = answers<undefined>(new Error('refused'));
    const told = until({ ...wait, clock: steppedClock(), probe, hint: async () => 'pod db-0 is Pending' });
    await assert.rejects(told, /last answer: .*; pod db-0 is Pending$/u);
    const silent = until({ ...wait, clock: steppedClock(), probe, hint: () => Promise.reject(new Error('no route')) });
    await assert.rejects(silent, /; what it hangs on could not be found out: no route$/u);
  });

  test('says "not yet" when the last look only found nothing', async () => {
    const probe = answers<undefined>(new Error('refused'), undefined);
    await assert.rejects(until({ ...wait, clock: steppedClock(), probe }), /last answer: not yet$/u);
  });

  test('looks a last time at the deadline, never later', async () => {
    const clock = steppedClock();
    let looks = 0;
    const probe = async (): Promise<boolean> => ++looks > 4;
    assert.equal(await until({ ...wait, clock, probe }), true);
    assert.deepEqual(clock.slept, [300, 300, 300, 100]);
  });

  test('looks at least once, even without time', async () => {
    assert.equal(await until({ ...wait, timeoutMs: 0, clock: steppedClock(), probe: answers<string>('at once') }), 'at once');
  });

  test('ends with the reason of a signal, not with a deadline', async () => {
    const probe = answers<undefined>(undefined);
    await assert.rejects(
      until({ ...wait, clock: steppedClock(), probe, signal: AbortSignal.abort(new Error('interrupted')) }),
      /^Error: interrupted$/u,
    );
  });
});
