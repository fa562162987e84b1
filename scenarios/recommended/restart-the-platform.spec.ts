import { catches, expect, restartPods, rolloutFloors, rolloutLoad, site, slowCommits, test } from '../../fixtures/index.ts';

test(
  'a new version that is rolled out at one site after the other costs no request',
  { tag: ['@nightly'], annotation: catches({ 'abrupt-shutdown': 'availability' }) },
  async ({ drawnSites, holds, load, inject, judge }) => {
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 }, rolloutFloors);
    await load(rolloutLoad, () =>
      inject(slowCommits, { for: '30s' }, async () => {
        for (const name of drawnSites.slice(0, 2)) {
          await inject(restartPods(site(name), { app: 'api' }));
          await inject(restartPods(site(name), { app: 'worker' }));
        }
      }),
    );
    expect(await judge()).toHold();
  },
);
