import { catches, drainNode, expect, host, steady, test } from '../../fixtures/index.ts';

test(
  'a node that is drained for maintenance costs no request',
  { tag: ['@nightly'], annotation: catches({ 'abrupt-shutdown': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 });
    // starting pods takes CPU from those that serve: no more load than leaves two cores the room
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(drainNode(host('b2')), { for: '15s' }));
    expect(await judge()).toHold();
  },
);
