import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OFFERS, REQUEST_TIMEOUT_MS, steady, type Offer } from './profiles.ts';
import { clientsFor, k6Options } from './scenarios.ts';

const quick = steady({ writesPerSecond: 200, readsPerSecond: 400 });
const everything = steady({ writesPerSecond: 100, readsPerSecond: 200, putsPerSecond: 20, getsPerSecond: 40, listsPerSecond: 8 });

test('every kind has clients for a whole request timeout without answers', () => {
  for (const offer of Object.keys(OFFERS) as Offer[]) {
    const clients = clientsFor(everything, offer);
    assert.ok(clients >= (everything.perSecond[offer] * REQUEST_TIMEOUT_MS) / 1000, `${offer}: ${clients} clients`);
  }
});

test('an add that is sent again has its client for all attempts and pauses', () => {
  const patient = steady({ writesPerSecond: 100, readsPerSecond: 100, retries: { most: 2, pauseMs: 500 } });
  assert.ok(clientsFor(patient, 'add') >= 100 * (3 * 2 + 2 * 0.5));
  assert.equal(clientsFor(patient, 'readPrimary'), clientsFor(steady({ writesPerSecond: 100, readsPerSecond: 100 }), 'readPrimary'));
});

test('clients are scaled down evenly to their cap', () => {
  const heavy = steady({ writesPerSecond: 1000, readsPerSecond: 2000 });
  const clients = (['add', 'readPrimary', 'readReplica'] as const).map((offer) => clientsFor(heavy, offer));
  assert.ok(clients.reduce((sum, count) => sum + count, 0) <= heavy.maxClients);
  assert.equal(new Set(clients).size, 1);
});

test('all scenarios offer a constant rate and make all clients before the start', () => {
  assert.deepEqual(Object.keys(k6Options(quick).scenarios ?? {}), ['add', 'readPrimary', 'readReplica']);
  const scenarios = Object.entries(k6Options(everything).scenarios ?? {});
  assert.deepEqual(
    scenarios.map(([name]) => name),
    Object.keys(OFFERS),
  );
  for (const [name, scenario] of scenarios) {
    assert.equal(scenario.executor, 'constant-arrival-rate');
    assert.ok('maxVUs' in scenario && scenario.preAllocatedVUs === scenario.maxVUs);
    assert.equal(scenario.exec, name);
    assert.deepEqual(scenario.tags, { kind: OFFERS[name as Offer] });
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
