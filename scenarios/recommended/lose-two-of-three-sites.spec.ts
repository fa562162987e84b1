import { expect, pause, powerOff, site, sitesNeeded, steady, test } from '../../fixtures/index.ts';

// holdfast run --sites 3 --nodes 1 lose-two-of-three-sites
test('of three sites two may be lost one after the other, and the third serves all', async ({
  topology,
  drawnSites,
  holds,
  load,
  inject,
  judge,
}) => {
  sitesNeeded(topology, 3);
  const [first, second] = drawnSites;
  await holds({
    lost: 0,
    stalePrimary: 0,
    // two failed checks each time: a third of the requests for 2 s, then half of them, of 40 s
    availability: 0.94,
    longestOutageMs: 2500,
  });
  await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
    inject(powerOff(site(first)), { for: '16s' }, async () => {
      await pause('4s');
      await inject(powerOff(site(second)), { for: '8s' });
    }),
  );
  expect(await judge()).toHold();
});
