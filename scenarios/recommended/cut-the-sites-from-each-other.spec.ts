import { catches, evenShare, expect, isolate, site, steady, test } from '../../fixtures/index.ts';

test(
  'sites that are cut from each other serve on: they have nothing to say to each other',
  { tag: ['@nightly'], annotation: catches({ 'detour-by-the-other-site': 'availability' }) },
  async ({ topology, holds, load, inject, judge }) => {
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0, share: evenShare(topology, 5), leastShare: 0.4 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(isolate(site('a'), site('b')), { for: '15s' }));
    expect(await judge()).toHold();
  },
);
