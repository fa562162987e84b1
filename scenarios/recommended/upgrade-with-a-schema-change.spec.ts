import { catches, expect, restartPods, rolloutFloors, rolloutLoad, site, slowCommits, test } from '../../fixtures/index.ts';

test(
  'an upgrade that widens the schema first, then rolls out site by site, then tightens it, costs no request',
  { tag: ['@nightly'], annotation: catches({ 'abrupt-shutdown': 'availability' }) },
  async ({ drawnSites, holds, load, inject, statement, judge }) => {
    // a column without a default, and one that nobody uses any more, are changes of the catalogue: no row is rewritten, no statement waits for long
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 }, rolloutFloors);
    await load(rolloutLoad, () =>
      inject(slowCommits, { for: '30s' }, async () => {
        await statement('primary', "set lock_timeout = '500ms'; alter table changes add column if not exists comment text");
        for (const name of drawnSites.slice(0, 2)) {
          await inject(restartPods(site(name), { app: 'api' }));
          await inject(restartPods(site(name), { app: 'worker' }));
        }
        await statement('primary', "set lock_timeout = '500ms'; alter table changes drop column comment");
      }),
    );
    expect(await judge()).toHold();
  },
);
