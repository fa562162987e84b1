import { expect, hosts, isolate, steady, test } from '../../fixtures/index.ts';

/** How long the zone is away: until the new leader has led for some seconds, by the bound below. */
const AWAY_S = 45;

test(
  'a zone with the leader and a member of the store that is cut off costs one change of leader, and its return no second outage',
  { tag: ['@nightly'] },
  async ({ topology, holds, load, inject, judge }) => {
    const timeline = async (): Promise<number> => Math.max(...(await topology.database.copies()).map((copy) => copy.timeline));
    const before = await timeline();
    const { name } = await topology.database.primary();
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a leader that was cut off, as in isolate-the-primary
      shownUnconfirmed: 1_300,
      // as a lost leader: Patroni's ttl (20 s), the store's expiry tick (1 s), its own election where its leader was in the zone (2 s), promotion (1 s), two
      // good checks of the endpoint (1 s), reconnects (1 s), and 2 s for a busy machine; and 9 s where the other standby is rewound (freeze-the-primary)
      longestOutageMs: 37_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(isolate(hosts(name, 'dcs1'), 'everything'), { for: `${AWAY_S}s` }),
    );
    const verdict = await judge();
    expect(verdict).toHold();
    expect(await timeline()).toBe(before + 1);
    const back = Number(verdict.recovery[0]?.appliedAt) + (AWAY_S - 1) * 1e6;
    // the shortest change of leader takes a second
    const second = verdict.availability.outages.filter(({ start, end }) => end > back && end - start > 1e6);
    expect(second).toEqual([]);
  },
);
