import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { blindHealthCheck } from '../faults/blind-healthcheck.ts';
import { deletePods } from '../faults/delete-pods.ts';
import { drainNode } from '../faults/drain-node.ts';
import { drainSite } from '../faults/drain-site.ts';
import type { FaultSpec, Target } from '../faults/fault.ts';
import { flapHealthCheck } from '../faults/flap-healthcheck.ts';
import { isolate } from '../faults/isolate.ts';
import { killContainers } from '../faults/kill-containers.ts';
import { powerOff } from '../faults/power-off.ts';
import { restartPods } from '../faults/restart-pods.ts';
import { scaleToZero } from '../faults/scale-to-zero.ts';
import { weighSite } from '../faults/weigh-site.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';
import { injected, suiteLab } from './lab.fixture.ts';

const name = 'podtest';
const a: Target = { kind: 'site', name: 'a' };

describe('a fault of pods', { concurrency: 1 }, () => {
  const lab = suiteLab(name, { nodes: 2 });
  let topology: Topology;
  before(() => void (topology = lab()));

  it('deletes pods at once: connections to the site are refused or served by their successors', () =>
    during(deletePods(a, { app: 'api', grace: '0' }), undefined, async () => assert.equal((await kept()).length, 0)));

  it('deletes pods in good order', () =>
    during(deletePods(a, { app: 'worker' }), undefined, async () => assert.equal((await kept('worker')).length, 0)));

  it('kills the programs of pods, which start again in place', async () => {
    const before = await topology.site('a').pods('api');
    await during(killContainers(a, { app: 'api' }), undefined);
    const now = await topology.site('a').pods('api');
    assert.deepEqual(now.map((pod) => pod.name).sort(), before.map((pod) => pod.name).sort());
    for (const pod of before)
      assert.ok(
        now.some((one) => one.name === pod.name && one.restarts > pod.restarts),
        pod.name,
      );
  });

  it('scales to zero: the site is empty until lease end', () =>
    during(scaleToZero(a, { app: 'api' }), '10s', async () => {
      const { exitCode } = await topology.probe(
        'glb',
        ['curl', '-s', '-m', '1', `http://${topology.host('a1').address}:30080/api/healthcheck`],
        5_000,
      );
      assert.notEqual(exitCode, 0);
    }));

  it('restarts pods one after the other, and the site serves all the while', async () => {
    const failed: number[] = [];
    let over = false;
    const asking = (async () => {
      while (!over) {
        const url = `http://${topology.host('a1').address}:30080/api/healthcheck`;
        const { exitCode } = await topology.probe('glb', ['curl', '-s', '-o', '/dev/null', '-m', '2', url], 5_000);
        if (exitCode !== 0) failed.push(exitCode);
      }
    })();
    try {
      await during(restartPods(a, { app: 'api' }), undefined);
    } finally {
      over = true;
      await asking;
    }
    assert.deepEqual(failed, []);
  });

  it('drains a site at the load balancer: every answer comes from the other one', () =>
    during(drainSite(a), '2s', async () => {
      for (let n = 0; n < 8; n++) {
        const answer = (await (await fetch(`${topology.balancer.url}/api/healthcheck`)).json()) as { site: string };
        assert.equal(answer.site, 'b');
      }
    }));

  it('weighs a site at the load balancer: its share of the answers falls to that of its weight', async () => {
    const before = await answersOf('a', 100);
    assert.ok(before >= 45 && before <= 55, `${before} of 100 answers came from site a`);
    await during(weighSite(a, { weight: '25%' }), '3s', async () => {
      const share = await answersOf('a', 100);
      assert.ok(share >= 15 && share <= 25, `${share} of 100 answers came from site a`);
    });
    const after = await answersOf('a', 100);
    assert.ok(after >= 45 && after <= 55, `${after} of 100 answers came from site a`);
  });

  it('boots the load balancer with the routing of the last reset, which its healer outlived', async () => {
    await during(drainSite(a), '1s');
    await topology.reset({ routing: 'active-passive', replication: 'strict' });
    const off = await injected(topology, powerOff({ kind: 'host', name: 'glb' }), '2s');
    await off.gone();
    assert.equal(await answersOf('a', 20), 20);
  });

  it('keeps a blind site in service while it is cut from the database, where an honest one is taken out', async () => {
    const honest = await injected(topology, isolate(a, 'database'), '5s');
    await sees('every server of site a DOWN', (states) => states.every((state) => state === 'DOWN'));
    await honest.gone();
    await during(blindHealthCheck(a), '25s', async () => {
      const cut = await injected(topology, isolate(a, 'database'), '5s');
      for (const end = Date.now() + 4_000; Date.now() < end;) {
        assert.deepEqual(await statesOf('a'), ['UP', 'UP']);
        const read = await fetch(`${doorOf('a1')}/api/changes/none?role=primary`);
        assert.equal(read.status, 503);
      }
      await cut.gone();
    });
    assert.equal('blind' in (await health('a1')), false);
  });

  it('leaves no blind site behind a reset, though nobody healed it', async () => {
    const blind = async (): Promise<boolean> => {
      const url = topology.site('a').healthCheckUrls['a1'] ?? '';
      return (await topology.probe('glb', ['curl', '-s', '-m', '1', url], 5_000)).stdout.includes('"blind":true');
    };
    await topology.site('a').releaseHealthCheck({ kind: 'blind' });
    await until({ subject: 'site a', condition: 'blind', timeoutMs: limits.podsReady, probe: blind });
    await topology.reset({ routing: 'active-active', replication: 'strict' });
    assert.equal(await blind(), false);
  });

  it('takes a site with a flapping health check out and in, whose pods stay in its Service', async () => {
    await during(flapHealthCheck(a, { every: '2s' }), '20s', async () => {
      for (const wanted of ['DOWN', 'UP', 'DOWN']) {
        await sees(`every server of site a ${wanted}`, (states) => states.every((state) => state === wanted));
        assert.equal((await fetch(`${doorOf('a1')}/api/ready`)).status, 200);
      }
    });
    assert.equal('flapping' in (await health('a1')), false);
  });

  it('drains a node, whose pods move to the other one', async () => {
    await during(drainNode({ kind: 'host', name: 'a2' }), '5s', async () => {
      const nodes = (await Promise.all(['api', 'worker'].map((app) => topology.site('a').pods(app)))).flat().map((pod) => pod.node);
      assert.deepEqual([...new Set(nodes)], ['a1']);
    });
    assert.equal(await topology.site('a').isSchedulable('a2'), true);
  });

  const doorOf = (node: string): string => new URL(topology.site('a').healthCheckUrls[node] ?? '').origin;
  const health = async (node: string): Promise<object> => (await (await fetch(`${doorOf(node)}/api/healthcheck`)).json()) as object;

  /** how many of so many answers through the load balancer come from a site */
  async function answersOf(site: string, count: number): Promise<number> {
    let own = 0;
    for (let n = 0; n < count; n++) {
      const answer = (await (await fetch(`${topology.balancer.url}/api/healthcheck`)).json()) as { site: string };
      if (answer.site === site) own++;
    }
    return own;
  }

  async function statesOf(site: string): Promise<string[]> {
    const states = Object.entries(await topology.balancer.backends());
    return states.filter(([server]) => server.startsWith(`${site}/`)).map(([, state]) => state);
  }

  async function sees(condition: string, holds: (states: string[]) => boolean): Promise<void> {
    await until({ subject: 'load balancer', condition, timeoutMs: limits.faultEffect, probe: async () => holds(await statesOf('a')) });
  }

  const earlier: Record<string, string[]> = {};
  /** pods of those there were before the fault */
  async function kept(app = 'api'): Promise<string[]> {
    return (await topology.site('a').pods(app)).map((pod) => pod.name).filter((pod) => earlier[app]?.includes(pod));
  }

  async function during(spec: FaultSpec, length: string | undefined, look?: () => Promise<void>): Promise<void> {
    await topology.reset({ routing: 'active-active', replication: 'strict' });
    for (const app of ['api', 'worker']) earlier[app] = (await topology.site('a').pods(app)).map((pod) => pod.name);
    const fault = await injected(topology, spec, length);
    await look?.();
    await fault.gone();
    assert.equal(await topology.site('a').lack(), undefined);
  }
});
