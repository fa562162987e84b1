import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackendStatus, Topology } from '../topology/model.ts';
import { drainSite, drainSiteFault } from './drain-site.ts';
import { sketchTopology } from './topology.fixture.ts';

test('a drained site that fails its checks besides is drained still, and only one that is served by again is not', async () => {
  const pinned = await drainSiteFault.pin(sketchTopology(), drainSite({ kind: 'site', name: 'a' }));
  const lasts = async (first: BackendStatus, second: BackendStatus): Promise<boolean | undefined> =>
    (await drainSiteFault.lasts?.(at(first, second), pinned))?.seen;
  assert.equal(await lasts('DRAIN', 'DRAIN'), true);
  assert.equal(await lasts('DRAIN', 'DOWN'), true);
  assert.equal(await lasts('DRAIN', 'UP'), false);
  assert.equal((await drainSiteFault.effect(at('DRAIN', 'DOWN'), pinned)).seen, false);
  assert.equal((await drainSiteFault.gone(at('UP', 'DOWN'), pinned)).seen, false);
});

function at(first: BackendStatus, second: BackendStatus): Topology {
  const topology = sketchTopology();
  return { ...topology, balancer: { ...topology.balancer, backends: async () => ({ 'a/a1': first, 'a/a2': second, 'b/b1': 'UP' }) } };
}
