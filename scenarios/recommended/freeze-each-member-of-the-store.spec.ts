import { expect, freeze, host, steady, test } from '../../fixtures/index.ts';

test(
  'members of the store that stand still for seconds, one after the other, are no outage, and no change of leader',
  { tag: ['@nightly'] },
  async ({ topology, holds, load, inject, judge }) => {
    const timelines = async (): Promise<number[]> => (await topology.database.copies()).map(({ timeline }) => timeline);
    const before = await timelines();
    // 4 s, as a snapshot of a virtual machine takes: the other two go on, after an election among them (1 to 2 s) where it was their leader. Patroni asks
    // another member within retry_timeout (5 s), and the leader's lease lasts for 20 s. A change of leader would be an outage of a second at least
    await holds({ lost: 0, stalePrimary: 0, availability: 0.999, longestOutageMs: 500 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      for (const name of ['dcs1', 'dcs2', 'dcs3']) await inject(freeze(host(name)), { for: '4s' });
    });
    expect(await judge()).toHold();
    expect(await timelines()).toEqual(before);
  },
);
