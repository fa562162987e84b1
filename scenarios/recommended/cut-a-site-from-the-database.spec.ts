import { database, expect, isolate, site, steady, test } from '../../fixtures/index.ts';

test('a site cut from the database is taken out, and comes back', { tag: ['@quick', '@nightly'] }, async ({ holds, load, inject, judge }) => {
  await holds({
    lost: 0,
    stalePrimary: 0,
    staleReplicaP99Ms: 500,
    // half of the requests fail until the health check has noticed (1 s) and been believed (1.5 s): 1.3 s of 40 s
    availability: 0.96,
    // noticing, believing, and the answers of what was under way then (2 s request timeout)
    longestOutageMs: 4500,
    share: [0.45, 0.55],
  });
  await load(steady({ writesPerSecond: 150, readsPerSecond: 300 }), async () => {
    await inject(isolate(site('b'), database), { for: '12s' });
  });
  expect(await judge()).toHold();
});
