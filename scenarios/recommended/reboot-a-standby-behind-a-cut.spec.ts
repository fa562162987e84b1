import { expect, host, isolate, primary, reboot, steady, test } from '../../fixtures/index.ts';

test(
  'a standby that boots behind a cut stays behind it, and follows when it is over',
  { tag: ['@nightly'] },
  async ({ topology, holds, load, inject, judge }) => {
    const { name = '' } = (await topology.database.copies()).find(({ sync }) => sync) ?? {};
    await holds({
      lost: 0,
      stalePrimary: 0,
      // as a lost standby (lose-a-standby): its connection counts until wal_sender_timeout (5 s), two of Patroni's loops (2 s each) until the other one is
      // named; slices, and a busy machine
      longestOutageMs: 12_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(isolate(host(name), primary), { for: '25s' }, () => inject(reboot(host(name)))),
    );
    expect(await judge()).toHold();
  },
);
