import { catches, delay, expect, primary, restartPods, site, steady, test } from '../../fixtures/index.ts';

test(
  'a new version that is rolled out at one site after the other costs no request',
  { tag: ['@nightly'], annotation: catches({ 'abrupt-shutdown': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    // no copy is touched, so no tail can be lost: few acknowledgements just before are enough
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 }, { acksBeforeFault: 1 });
    // for some five seconds the pods that start take all that is left of two cores: with twice the load requests queue for over a second
    await load(steady({ writesPerSecond: 50, readsPerSecond: 60 }), () =>
      // commits take 50 ms longer: some three writes are under way at any moment, and not one or none
      inject(delay(primary, 'standbys', { by: '25ms' }), { for: '30s' }, async () => {
        for (const name of ['a', 'b']) {
          await inject(restartPods(site(name), { app: 'api' }));
          await inject(restartPods(site(name), { app: 'worker' }));
        }
      }),
    );
    expect(await judge()).toHold();
  },
);
