import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadlineOf, plannedRates, steady } from './profiles.ts';

test('reads are split evenly between primary and replica', () => {
  const quick = steady({ writesPerSecond: 200, readsPerSecond: 400 });
  assert.partialDeepStrictEqual(quick.perSecond, { add: 200, readPrimary: 200, readReplica: 200 });
  assert.deepEqual(plannedRates(quick), { add: 200, read: 400 });
  const mostly = steady({ writesPerSecond: 0, readsPerSecond: 100, replicaShare: 0.9 });
  assert.partialDeepStrictEqual(mostly.perSecond, { add: 0, readPrimary: 10, readReplica: 90 });
});

test('without further options nothing but adds and reads is offered, none with a token, none twice', () => {
  const { perSecond, tokenShare, retries } = steady({ writesPerSecond: 200, readsPerSecond: 400 });
  const { add, readPrimary, readReplica, ...others } = perSecond;
  assert.equal(add + readPrimary + readReplica, 600);
  assert.deepEqual([...new Set(Object.values(others))], [0]);
  assert.deepEqual({ tokenShare, retries }, { tokenShare: 0, retries: { most: 0, pauseMs: 0 } });
});

test('every kind that is offered has a planned rate', () => {
  const all = steady({
    writesPerSecond: 200,
    readsPerSecond: 400,
    putsPerSecond: 20,
    getsPerSecond: 40,
    listsPerSecond: 8,
    replicaShare: 0.25,
  });
  assert.deepEqual(plannedRates(all), { add: 200, read: 400, put: 20, get: 40, list: 8 });
  assert.partialDeepStrictEqual(all.perSecond, { put: 20, getPrimary: 30, getReplica: 10, listPrimary: 6, listReplica: 2 });
});

test('rates that cannot be offered are refused', () => {
  assert.throws(() => steady({ writesPerSecond: -1, readsPerSecond: 1 }), /add: expected 0 to 10000/);
  assert.throws(() => steady({ writesPerSecond: 1, readsPerSecond: Number.NaN }), /readPrimary: expected 0 to 10000/);
  assert.throws(() => steady({ writesPerSecond: 1, readsPerSecond: 10, replicaShare: 2 }), /readPrimary: expected/);
  assert.throws(() => steady({ writesPerSecond: 1, readsPerSecond: 0, putsPerSecond: -1 }), /put: expected 0 to 10000/);
  assert.throws(() => steady({ writesPerSecond: 0, readsPerSecond: 0 }), /at least one operation/);
});

test('shares of tokens and retries without a bound are refused', () => {
  const base = { writesPerSecond: 1, readsPerSecond: 1 };
  assert.throws(() => steady({ ...base, tokenShare: 1.5 }), /tokenShare: expected 0 to 1, came 1.5/);
  assert.throws(() => steady({ ...base, retries: { most: Infinity, pauseMs: 0 } }), /retries.most: expected a whole number from 0 to 10/);
  assert.throws(() => steady({ ...base, retries: { most: 1, pauseMs: 0.5 } }), /retries.pauseMs: expected whole milliseconds/);
});

test('the deadline of a call is the time after which a client gives up, repeats and pauses included', () => {
  const load = { writesPerSecond: 1, readsPerSecond: 1 };
  assert.equal(deadlineOf(steady(load)), 2000);
  assert.equal(deadlineOf(steady({ ...load, retries: { most: 2, pauseMs: 500 } })), 7000);
});
