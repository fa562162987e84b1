import { deletePods, expect, killContainers, site, steady, test } from '../../fixtures/index.ts';

test(
  'pods of a site that are deleted without a warning, and programs that are killed in them, cost its requests for moments',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // half the requests until two checks have failed (2 s), each of the two times, in 30 s
      availability: 0.93,
      longestOutageMs: 2500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 120 }), async () => {
      await inject(deletePods(site('b'), { app: 'api', grace: '0' }));
      await inject(killContainers(site('a'), { app: 'worker' }));
      await inject(deletePods(site('b'), { app: 'worker', grace: '0' }));
    });
    expect(await judge()).toHold();
  },
);
