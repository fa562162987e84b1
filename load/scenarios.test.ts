import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OFFERS, REQUEST_TIMEOUT_MS, steady, type LoadProfile } from './profiles.ts';
import { clientsFor, k6Options } from './scenarios.ts';

interface Load {
  executor: string;
  exec: string;
  clients: number;
  seed: number;
  durationMs: number;
  gracefulStop: string;
  offers: { kind: string; role?: string; perSecond: number; tokenShare?: number }[];
}

function loadOf(profile: LoadProfile): Load {
  return k6Options(profile, 5).scenarios?.load as unknown as Load;
}

test('there are clients for a whole request timeout without answers', () => {
  const profile = steady({ writesPerSecond: 100, readsPerSecond: 200, putsPerSecond: 20, getsPerSecond: 40, listsPerSecond: 8 });
  assert.ok(clientsFor(profile) >= (368 * REQUEST_TIMEOUT_MS) / 1000, `${clientsFor(profile)} clients`);
});

test('an add that is sent again has its client for all attempts and pauses', () => {
  const load = { writesPerSecond: 100, readsPerSecond: 100 };
  const more = clientsFor(steady({ ...load, retries: { most: 2, pauseMs: 500 } })) - clientsFor(steady(load));
  assert.ok(more >= 100 * (2 * 2 + 2 * 0.5), `${more} more`);
});

test('there are never more clients than the profile allows', () => {
  const heavy = steady({ writesPerSecond: 1000, readsPerSecond: 2000 });
  assert.equal(clientsFor(heavy), heavy.maxClients);
});

test('one scenario offers every kind and role at its rate, and nothing that has none', () => {
  const quick = loadOf(steady({ writesPerSecond: 200, readsPerSecond: 400, tokenShare: 0.25, capMs: 8999.5 }));
  assert.deepEqual(quick.offers, [
    { kind: 'add', perSecond: 200 },
    { kind: 'read', role: 'primary', perSecond: 200 },
    { kind: 'read', role: 'replica', perSecond: 200, tokenShare: 0.25 },
  ]);
  assert.partialDeepStrictEqual(quick, { executor: 'random-arrivals', exec: 'call', seed: 5, durationMs: 9000 });
  const all = loadOf(steady({ writesPerSecond: 100, readsPerSecond: 200, putsPerSecond: 20, getsPerSecond: 40, listsPerSecond: 8 }));
  assert.deepEqual(
    all.offers.map(({ kind }) => kind),
    Object.values(OFFERS).map(({ kind }) => kind),
  );
});

test('a request under way at the cap can still end', () => {
  const { gracefulStop } = loadOf(steady({ writesPerSecond: 1, readsPerSecond: 1 }));
  assert.ok(Number.parseInt(gracefulStop, 10) > REQUEST_TIMEOUT_MS);
});

test('half an operation a second is possible', () => {
  assert.deepEqual(loadOf(steady({ writesPerSecond: 0.5, readsPerSecond: 0 })).offers, [{ kind: 'add', perSecond: 0.5 }]);
});
