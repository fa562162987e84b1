import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';
import type { Target } from './fault.ts';
import { sketchTopology } from './topology.fixture.ts';
import { weighSite, weighSiteFault } from './weigh-site.ts';

const b: Target = { kind: 'site', name: 'b' };

/** A topology whose load balancer says that it weighs its servers so. */
function weighing(weights: Record<string, number>): Topology {
  return new Proxy(sketchTopology(), {
    get: (target, key): unknown => (key === 'balancer' ? { weights: async () => weights } : (Reflect.get(target, key) as unknown)),
  });
}

describe("a site's weight", () => {
  test('is pinned with its nodes', async () => {
    const pinned = await weighSiteFault.pin(sketchTopology(), weighSite(b, { weight: '10%' }));
    assert.deepEqual(pinned, { hosts: ['b1', 'b2'], paths: [], weight: 10 });
    await assert.rejects(
      weighSiteFault.pin(sketchTopology(), weighSite({ kind: 'host', name: 'glb' }, { weight: '10%' })),
      (error) => error instanceof UsageError && /expected a site as its target, came glb/.test(error.message),
    );
  });

  test('is refused where it is no share, or one that is no smaller than all, or nothing', () => {
    for (const weight of ['0%', '100%', '101%', '10', '0.1', '-10%', '10.5%', '01%', '']) {
      assert.throws(
        () => weighSite(b, { weight }),
        (error) => error instanceof UsageError && error.message.includes('expected "1%" to "99%"'),
        weight,
      );
    }
    for (const weight of ['1%', '99%']) weighSite(b, { weight });
  });

  test('shows, and is gone, when the load balancer says so of every server of the site', async () => {
    const pinned = await weighSiteFault.pin(sketchTopology(), weighSite(b, { weight: '10%' }));
    const looks = async (b1: number, b2: number): Promise<boolean[]> => {
      const topology = weighing({ 'a/a1': 100, 'a/a2': 10, 'b/b1': b1, 'b/b2': b2 });
      return [(await weighSiteFault.effect(topology, pinned)).seen, (await weighSiteFault.gone(topology, pinned)).seen];
    };
    assert.deepEqual(
      [await looks(10, 10), await looks(10, 100), await looks(100, 100), await looks(50, 50)],
      [
        [true, false],
        [false, false],
        [false, true],
        [false, false],
      ],
    );
    assert.equal((await weighSiteFault.gone(weighing({}), pinned)).seen, false);
  });
});
