import { expect, pause, steady, test } from '../../fixtures/index.ts';

test(
  'without a fault the writing site serves all, and the other one has every row',
  { tag: ['@quick', '@nightly'] },
  async ({ holds, load, judge }) => {
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => pause('10s'));
    expect(await judge()).toHold();
  },
);
