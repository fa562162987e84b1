import { catches, expect, host, pauseReplay, steady, test } from '../../fixtures/index.ts';

test(
  'standbys whose replay stands still show their readers an old state, and nobody who asks for the primary',
  { tag: ['@nightly'], annotation: catches({ 'reads-from-any-copy': 'stale' }) },
  async ({ topology, holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature: what they show is as old as the fault, and a second passes until they have replayed that
      staleReplicaP99Ms: 13_000,
      // commits wait until a standby has written them, not until it shows them
      availability: 1,
      longestOutageMs: 0,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      const [one = '', other = ''] = (await topology.database.standbys()).map(({ name }) => name);
      await inject(pauseReplay(host(one)), { for: '12s' }, async () => {
        await inject(pauseReplay(host(other)), { for: '8s' });
      });
    });
    expect(await judge()).toHold();
  },
);
