import { expect, host, hosts, pause, powerOff, steady, test } from '../../fixtures/index.ts';

test(
  'standbys that were lost before the leader do not lead without it: when it is back, nothing is lost',
  { tag: ['@nightly'] },
  async ({ topology, holds, load, inject, judge }) => {
    const standbys = (await topology.database.standbys()).map(({ name }) => name);
    const { name } = await topology.database.primary();
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature of strict replication: no write is acknowledged from the loss of the standbys on, and none of them may lead, since what the leader has taken
      // in alone would be gone. The 12 s, 30 s without the leader, its boot and recovery (8 s), election (2 s), a standby that streams and is named (two
      // loops, 4 s), the endpoint (1 s), reconnects (1 s): 58 s, and 7 s for a busy machine
      longestOutageMs: 65_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(powerOff(hosts(...standbys)), { for: '20s' }, async () => {
        // until the leader has heard of their loss (wal_sender_timeout, 5 s), and has said so in the store (two loops, 4 s)
        await pause('11s');
        await inject(powerOff(host(name)), { for: '30s' });
      }),
    );
    expect(await judge()).toHold();
  },
);
