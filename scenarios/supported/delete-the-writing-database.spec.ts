import { deletePods, expect, site, steady, test } from '../../fixtures/index.ts';

test(
  'a deleted pod of the writing database comes back with its volume, and with every acknowledged write',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // the StatefulSet makes a successor once the pod is gone, which the kubelet looks at once a second, and traffic waits for its readiness:
      // 6 s in all, and as much again where the machine is busy
      longestOutageMs: 12_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(deletePods(site('a'), { app: 'postgres' })));
    expect(await judge()).toHold();
  },
);
