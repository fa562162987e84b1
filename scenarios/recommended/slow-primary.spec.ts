import { catches, delay, expect, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a leader that is slow to its standbys, and not dead, keeps the lead',
  { tag: ['@nightly'], annotation: catches({ 'small-pools': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    // 50 ms each way: a commit takes a tenth of a second longer, a change of leader would be an outage of a second at least
    await holds({ lost: 0, stalePrimary: 0, availability: 0.999, longestOutageMs: 500 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(delay(primary, 'standbys', { by: '50ms' }), { for: '15s' }),
    );
    expect(await judge()).toHold();
  },
);
