import { expect, host, killPostmaster, steady, test } from '../../fixtures/index.ts';

test.use({ routing: 'reads-at-both' });

test(
  'a killed database of the reading site stops the commits that wait for it, until it has recovered and caught up',
  { tag: ['@nightly'] },
  async ({ topology, holds, load, inject, judge }) => {
    const [follower] = await topology.database.standbys();
    await holds({
      lost: 0,
      // recovery, and until its subscription has connected again (tried once a second)
      longestOutageMs: 6000,
      staleReplicaP99Ms: 6000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130, replicaShare: 1 }), () =>
      inject(killPostmaster(host(follower?.name ?? 'no follower'))),
    );
    expect(await judge()).toHold();
  },
);
