import { expect, pause, powerOff, site, steady, test, until } from '../../../fixtures/index.ts';

test.use({ commit: 'remote_apply', follower: 'off' });

test(
  'commits that wait until they are seen at the other site, and not until they are on its disk, are lost when both lose power',
  { tag: ['@nightly', '@control'] },
  async ({ topology, holds, mustFlag, load, inject, promote, failback, judge }) => {
    await holds({ lost: 0 });
    await mustFlag('lost');
    await load(steady({ writesPerSecond: 300, readsPerSecond: 300 }), async () => {
      await pause('3s');
      // the reading site first: what it had not written to its disk is at the writing one alone, and that is gone next
      const reading = inject(powerOff(site('b')), { for: '5s' });
      await until({
        subject: 'site b',
        condition: 'without power',
        timeoutMs: 5_000,
        intervalMs: 10,
        probe: async () => (await topology.site('b').lack()) !== undefined,
      });
      await inject(powerOff(site('a'), { allowTotalLoss: true }), { for: '40s' }, async () => {
        await reading;
        await promote('b');
      });
      await failback('a', { asReader: true });
    });
    expect(await judge()).toFlag('lost');
  },
);
