import { catches, expect, pause, powerOff, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site that is lost while the other one still boots leaves an outage until that one serves, and loses nothing',
  { tag: ['@nightly'], annotation: catches({ 'slow-return': 'longest-outage' }) },
  async ({ drawnSites, holds, load, inject, judge }) => {
    const [first, second] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a site boots within 10 s, of which 2 had passed, and is up again after two good checks (1 s); half a second for slices
      longestOutageMs: 10_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(powerOff(site(first)), { for: '6s' }, async () => {
        // beyond the lease: the first one boots
        await pause('8s');
        await inject(powerOff(site(second), { allowTotalLoss: true }), { for: '10s' });
      }),
    );
    expect(await judge()).toHold();
  },
);
