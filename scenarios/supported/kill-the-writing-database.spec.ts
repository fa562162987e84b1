import { expect, killPostmaster, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a killed database of the writing site is back in seconds, with every acknowledged write at both sites',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({ lost: 0, stalePrimary: 0, longestOutageMs: 10_000 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(killPostmaster(primary)));
    expect(await judge()).toHold();
  },
);
