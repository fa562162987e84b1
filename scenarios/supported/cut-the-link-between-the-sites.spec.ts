import { expect, isolate, site, steady, test } from '../../fixtures/index.ts';

test.use({ replication: 'async', routing: 'reads-at-both' });

test(
  'a link that is cut for two minutes makes reads at the other site as old, and nothing is missing once it is back',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      availability: 1,
      longestOutageMs: 0,
      // the two minutes, and until the subscription has connected again and caught up
      staleReplicaP99Ms: 135_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130, replicaShare: 1 }), () =>
      inject(isolate(site('a'), site('b')), { for: '120s' }),
    );
    expect(await judge()).toHold();
  },
);
