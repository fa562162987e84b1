import { catches, expect, hosts, powerOff, steady, test } from '../../fixtures/index.ts';

// with doors to every node half of what comes by the ones that are left goes to pods that are gone, until Kubernetes gives the nodes up: 40 s by default
test.use({ doors: 'own-node' });

test(
  'a node lost at each site at once leaves both in service where doors lead to their own node',
  { tag: ['@nightly'], annotation: catches({ 'doors-to-every-node': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // two failed checks of two doors of four (2 s), half the requests that came by them, of 33 s
      availability: 0.96,
      longestOutageMs: 2500,
    });
    await load(steady({ writesPerSecond: 150, readsPerSecond: 150 }), () =>
      inject(powerOff(hosts('a2', 'b2'), { allowTotalLoss: true }), { for: '15s' }),
    );
    expect(await judge()).toHold();
  },
);
