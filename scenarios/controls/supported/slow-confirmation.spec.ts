import { expect, pause, steady, test } from '../../../fixtures/index.ts';

test.use({ follower: 'off' });

test(
  'commits that wait for a subscription which leaves its own to the background writer are slow, and flagged',
  { tag: ['@nightly', '@control'] },
  async ({ holds, mustFlag, load, judge }) => {
    // with the subscription's synchronous_commit on, a commit takes some milliseconds; without, up to three rounds of wal_writer_delay (200 ms)
    await holds({ lost: 0, latencyP99Ms: 150 });
    await mustFlag('latency');
    await load(steady({ writesPerSecond: 100, readsPerSecond: 100 }), () => pause('8s'));
    expect(await judge()).toFlag('latency');
  },
);
