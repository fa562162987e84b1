import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REQUEST_TIMEOUT_MS, clientsFor, k6Options, plannedRates, steady } from './profiles.ts';

const quick = steady({ writesPerSecond: 200, readsPerSecond: 400 });

test('reads are split evenly between primary and replica', () => {
  assert.deepEqual(quick.perSecond, { add: 200, readPrimary: 200, readReplica: 200 });
  assert.deepEqual(plannedRates(quick), { add: 200, read: 400 });
  assert.deepEqual(steady({ writesPerSecond: 0, readsPerSecond: 100, replicaShare: 0.9 }).perSecond, {
    add: 0,
    readPrimary: 10,
    readReplica: 90,
  });
});

test('every kind has clients for a whole request timeout without answers', () => {
  for (const kind of ['add', 'readPrimary', 'readReplica'] as const) {
    const clients = clientsFor(quick, kind);
    assert.ok(clients >= (200 * REQUEST_TIMEOUT_MS) / 1000, `${kind}: ${clients} clients`);
  }
});

test('clients are scaled down evenly to their cap', () => {
  const heavy = steady({ writesPerSecond: 1000, readsPerSecond: 2000 });
  const clients = (['add', 'readPrimary', 'readReplica'] as const).map((kind) => clientsFor(heavy, kind));
  assert.ok(clients.reduce((sum, count) => sum + count, 0) <= heavy.maxClients);
  assert.equal(new Set(clients).size, 1);
});

test('all scenarios offer a constant rate and make all clients before the start', () => {
  const scenarios = Object.entries(k6Options(quick).scenarios ?? {});
  assert.deepEqual(
    scenarios.map(([name]) => name),
    ['add', 'readPrimary', 'readReplica'],
  );
  for (const [name, scenario] of scenarios) {
    assert.equal(scenario.executor, 'constant-arrival-rate');
    assert.ok('maxVUs' in scenario && scenario.preAllocatedVUs === scenario.maxVUs);
    assert.equal(scenario.exec, name);
    assert.deepEqual(scenario.tags, { kind: name === 'add' ? 'add' : 'read' });
  }
});

test('a request under way at the cap can still end', () => {
  const { gracefulStop } = k6Options(quick).scenarios?.add ?? {};
  assert.ok(Number.parseInt(gracefulStop ?? '', 10) > REQUEST_TIMEOUT_MS);
});

test('half an operation a second is possible, none leaves the scenario out', () => {
  const { scenarios } = k6Options(steady({ writesPerSecond: 0.5, readsPerSecond: 0 }));
  assert.deepEqual(Object.keys(scenarios ?? {}), ['add']);
  const add = scenarios?.add;
  assert.ok(add?.executor === 'constant-arrival-rate' && add.rate === 500 && add.timeUnit === '1000s');
});

test('rates that cannot be offered are refused', () => {
  assert.throws(() => steady({ writesPerSecond: -1, readsPerSecond: 1 }), /add: expected 0 to 10000/);
  assert.throws(() => steady({ writesPerSecond: 1, readsPerSecond: Number.NaN }), /readPrimary: expected 0 to 10000/);
  assert.throws(() => steady({ writesPerSecond: 1, readsPerSecond: 10, replicaShare: 2 }), /readPrimary: expected/);
  assert.throws(() => steady({ writesPerSecond: 0, readsPerSecond: 0 }), /at least one operation/);
});
