import { cancelWaits, expect, isolate, pause, powerOff, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a write whose wait for its standby was cancelled is lost in a failover, and is flagged as unreplicated',
  { tag: ['@nightly', '@control'] },
  async ({ holds, mustFlag, load, inject, judge }) => {
    await holds({ lost: 0, lostUnreplicated: 0 });
    await mustFlag('lost-unreplicated');
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), async () => {
      // cut off from its standbys the primary commits nothing; what is cancelled stands on it alone when it loses power
      await inject(isolate(primary, 'standbys'), { for: '10s' }, async () => {
        await pause('1s');
        await inject(cancelWaits(primary));
        await pause('500ms');
        await inject(powerOff(primary), { for: '28s' });
      });
    });
    expect(await judge()).toFlag('lost-unreplicated');
  },
);
