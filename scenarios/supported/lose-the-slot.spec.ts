import { drainSite, expect, pause, site, steady, test } from '../../fixtures/index.ts';

test.use({ replication: 'async', routing: 'reads-at-both' });

test(
  'a slot that is gone leaves the reading site behind without a word, until it is made an equal copy again',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, statement, failback, judge }) => {
    await holds({
      lost: 0,
      availability: 1,
      longestOutageMs: 0,
      // by nature: what is written meanwhile never comes. The 5 s, the copy of everything, and the statements before
      staleReplicaP99Ms: 20_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130, replicaShare: 1 }), async () => {
      await statement('b', 'ALTER SUBSCRIPTION mintpress DISABLE');
      await pause('1s');
      await statement('a', "SELECT pg_drop_replication_slot('mintpress')");
      await statement('b', 'ALTER SUBSCRIPTION mintpress ENABLE');
      await pause('5s');
      // a reader whose tables are emptied and filled again shows nothing meanwhile: nobody is to read there
      await inject(drainSite(site('b')), { for: '10s' }, () => failback('b', { asReader: true }));
    });
    expect(await judge()).toHold();
  },
);
