import { expect, pause, steady, test } from '../../fixtures/index.ts';

test(
  'a load of one operation a second leaves the run inconclusive',
  { tag: ['@nightly', '@control'] },
  async ({ holds, mustFlag, load, judge }) => {
    await holds({ lost: 0, stalePrimary: 0, availability: 1 });
    await mustFlag('inconclusive');
    await load(steady({ writesPerSecond: 1, readsPerSecond: 1 }), () => pause('10s'));
    expect(await judge()).toFlag('inconclusive');
  },
);
