import { cancelWaits, expect, isolate, pause, powerOff, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a write whose wait for its standby was cancelled is lost in a failover, and is flagged as unreplicated',
  { tag: ['@nightly', '@control'] },
  async ({ holds, mustFlag, load, inject, judge }) => {
    // the load is small, so that the leader loses its power before it lets go of its standbys: after wal_sender_timeout (5 s) it names none, and none may lead
    await holds({ lost: 0, lostUnreplicated: 0 }, { acksBeforeFault: 1 });
    await mustFlag('lost-unreplicated');
    await load(steady({ writesPerSecond: 50, readsPerSecond: 60 }), async () => {
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
