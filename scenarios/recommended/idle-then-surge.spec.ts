import { catches, expect, pause, steady, surge, test } from '../../fixtures/index.ts';

// ten times as much is what two cores carry while pools open: at 600 a second they do not, and a failure tells of the machine
const little = steady({ writesPerSecond: 15, readsPerSecond: 25 });

test(
  'ten times the load after a quiet time, when pools have closed, fails nothing',
  { tag: ['@nightly'], annotation: catches({ 'connection-per-request': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    // connections are opened two at a time, each in some ten ms: requests wait for them, within their budget
    await holds(
      { lost: 0, stalePrimary: 0, availability: 0.995, longestOutageMs: 1000 },
      { acksBeforeFault: 1, addsPerSecond: 10, readsPerSecond: 20 },
    );
    await load(little, async () => {
      // pools close what was idle for 30 s
      await pause('35s');
      await inject(surge(little, { times: 10 }), { for: '12s' });
    });
    expect(await judge()).toHold();
  },
);
