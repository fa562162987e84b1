import { deletePods, expect, site, steady, test } from '../../fixtures/index.ts';

test(
  'a deleted pod of the writing database comes back with its volume, and with every acknowledged write',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a fast shutdown, its successor on the same node, recovery and the platform's reconnecting: 3 s, and as much again where the machine is busy
      longestOutageMs: 6000,
    });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), () => inject(deletePods(site('a'), { app: 'postgres' })));
    expect(await judge()).toHold();
  },
);
