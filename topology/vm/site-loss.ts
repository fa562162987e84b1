import assert from 'node:assert/strict';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { hostProcesses } from '../lab/cgroups.ts';
import type { Topology } from '../model.ts';
import type { GuestChecks } from './guest-checks.ts';
import { LightLoad } from './light-load.ts';

/** Answers in a row that count as "requests succeed". */
const ENOUGH = 10;

/** Powers site b off under light load and boots it again, checking each step. */
export async function losesSite(topology: Topology, checks: GuestChecks): Promise<void> {
  const { nodes } = topology.site('b');
  const load = new LightLoad(topology.balancer.url, 'vm');
  load.start();
  try {
    await checks.check('requests succeed before the site is lost', () => succeeds(load, performance.now()));
    await checks.check('power-off of a site leaves no process of it', async () => {
      await Promise.all(nodes.map((node) => node.powerOff()));
      for (const node of nodes) {
        assert.equal(await node.state(), 'off');
        assert.deepEqual(hostProcesses(topology.name, node.name), []);
      }
    });
    await checks.check('requests succeed again without the site', () => succeeds(load, performance.now()));
    await checks.check('the site returns: nodes, pods and both backends', async () => {
      await Promise.all(nodes.map((node) => node.boot()));
      await topology.reset({ routing: 'active-active', replication: 'strict' });
    });
    await checks.check('requests succeed again, served by the returned site too', async () => {
      const from = performance.now();
      await succeeds(load, from);
      await until({
        subject: 'site b',
        condition: 'among those that serve',
        timeoutMs: limits.failover,
        probe: async () => load.since(from).some(({ ok, site }) => ok && site === 'b'),
      });
    });
  } finally {
    await load.stop();
  }
  await checks.check('no acknowledged write is lost', async () => {
    assert.ok(load.acknowledged.length >= ENOUGH, `expected acknowledged writes to look for; there are ${load.acknowledged.length}`);
    assert.deepEqual(await load.lost(), []);
  });
  const failed = load.answers.filter(({ ok }) => !ok);
  console.log(
    `${load.answers.length} requests, ${load.acknowledged.length} writes acknowledged, ${failed.length} requests failed: ${failed
      .slice(0, 20)
      .map(({ what }) => what)
      .join('; ')}`,
  );
}

async function succeeds(load: LightLoad, from: number): Promise<void> {
  await until({
    subject: 'load balancer',
    condition: `${ENOUGH} requests in a row answered`,
    timeoutMs: limits.failover,
    intervalMs: 100,
    probe: async () => {
      const last = load.since(from).slice(-ENOUGH);
      if (last.length < ENOUGH || last.some(({ ok }) => !ok)) throw new Error(last.map(({ what }) => what).join(', '));
      return true;
    },
  });
}
