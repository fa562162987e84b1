import { expect, host, powerOff, primary, steady, test, until } from '../../fixtures/index.ts';

test(
  'a leader that is lost in the moment in which a standby is back is replaced by the one that was there all the time',
  { tag: ['@nightly'] },
  async ({ topology, holds, load, inject, judge }) => {
    const copies = await topology.database.copies();
    const { name = '' } = copies.find(({ role, sync }) => role === 'replica' && !sync) ?? {};
    const started = await topology.database.serverStarted(name);
    await holds({
      lost: 0,
      stalePrimary: 0,
      // Patroni's ttl (20 s), the store's expiry tick (1 s), asking the silent member (2 s), promotion (1 s), two good checks of the endpoint (1 s), reconnects
      // (1 s): 26 s, and 2 s for a busy machine; and 9 s where the standby that has just come back is rewound (freeze-the-primary)
      longestOutageMs: 37_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(powerOff(host(name)), { for: '6s' }, async () => {
        // some 10 s after it was lost: in its next loop (2 s) the leader thinks anew about whom its commits wait for
        await until({
          subject: `the server of ${name}`,
          condition: 'started again',
          timeoutMs: 60_000,
          intervalMs: 100,
          probe: async () => ![undefined, started].includes(await topology.database.serverStarted(name)),
        });
        await inject(powerOff(primary), { for: '30s' });
      }),
    );
    expect(await judge()).toHold();
  },
);
