import { expect, host, nothing, steady, test } from '../../fixtures/index.ts';

test(
  'a fault that does nothing leaves the run inconclusive',
  { tag: ['@nightly', '@control'] },
  async ({ holds, mustFlag, load, inject, judge }) => {
    await holds({ lost: 0, stalePrimary: 0 });
    await mustFlag('inconclusive');
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(nothing(host('db3')), { for: '5s' }));
    expect(await judge()).toFlag('inconclusive');
  },
);
