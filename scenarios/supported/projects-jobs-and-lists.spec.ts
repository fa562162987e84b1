import { expect, pause, powerOff, site, steady, test } from '../../fixtures/index.ts';

test(
  'projects keep their versions, jobs run once and lists skip nothing while the writing site is lost, and changes back',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, promote, failback, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // as lose-the-writing-site
      longestOutageMs: 9000,
    });
    const profile = steady({
      writesPerSecond: 130,
      readsPerSecond: 130,
      putsPerSecond: 20,
      getsPerSecond: 40,
      listsPerSecond: 5,
      tokenShare: 0.5,
      retries: { most: 1, pauseMs: 1000 },
    });
    await load(profile, async () => {
      await inject(powerOff(site('a')), { for: '20s' }, () => promote('b'));
      await failback('a');
      await pause('5s');
    });
    expect(await judge()).toHold();
  },
);
