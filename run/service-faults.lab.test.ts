import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { killDaemon, stopDaemon } from '../faults/daemons.ts';
import type { FaultSpec, Target } from '../faults/fault.ts';
import { killPostmaster } from '../faults/kill-postmaster.ts';
import { pauseReplay } from '../faults/pause-replay.ts';
import { switchover } from '../faults/switchover.ts';
import { terminateSessions } from '../faults/terminate-sessions.ts';
import { withDatabase } from '../support/database.ts';
import { until } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';
import { injected, suiteLab } from './lab.fixture.ts';

const name = 'svctest';
const host = (...names: string[]): Target => ({ kind: 'hosts', names });
const site = (of: string): Target => ({ kind: 'site', name: of });
const role = (of: 'primary' | 'sync-standby' | 'copies'): Target => ({ kind: 'role', role: of });

describe('a fault of programs and of the database', { concurrency: 1 }, () => {
  const lab = suiteLab(name, 1);
  let topology: Topology;
  before(() => void (topology = lab()));

  it('stops the load balancer: clients are refused, and served again', () =>
    during(stopDaemon(host('glb'), { daemon: 'haproxy' }), '2s', async () => {
      assert.equal(await curl('client', `${topology.balancer.url}/api/healthcheck`), 7);
    }));

  it('stops the whole database service: a maintenance window without a replica to switch to', () =>
    during(stopDaemon(role('copies'), { daemon: 'patroni' }), '10s', async () => {
      for (const { address } of topology.database.hosts) assert.equal(await curl('observer', `http://${address}:5432/`), 7);
      assert.ok((await write()) >= 500);
    }));

  it('stops the quorum of the store in which the leader is elected', () =>
    during(stopDaemon(host('dcs1', 'dcs2'), { daemon: 'etcd' }), '2s', async () => {
      for (const member of ['dcs1', 'dcs2']) assert.equal(await curl('db1', `http://${topology.host(member).address}:2379/health`), 7);
    }));

  it('stops the control plane of a site while its pods serve on', () =>
    during(stopDaemon(site('a'), { daemon: 'kube-apiserver' }), '2s', async () => {
      assert.equal(await curl('glb', `https://${topology.host('a1').address}:6443/livez`), 7);
      assert.equal(await curl('glb', `http://${topology.host('a1').address}:30080/api/healthcheck`), 0);
    }));

  it('stops a program that no other host can ask, as its supervisor shows', () =>
    during(stopDaemon(site('b'), { daemon: 'kube-scheduler' }), '1s', async () => {
      const { stdout } = await topology.probe('b1', ['sh', '-c', 'ps -eo comm | grep -c "^kube-scheduler" || true'], 5_000);
      assert.equal(stdout, '0');
    }));

  for (const [daemon, on] of [
    ['haproxy', 'glb'],
    ['etcd', 'dcs3'],
    ['kubelet', 'a1'],
    ['patroni', 'db1'],
  ] as const) {
    it(`kills ${daemon}: its supervisor starts another process`, async () => {
      const before = topology.host(on).process(daemon);
      await during(killDaemon(host(on), { daemon }), undefined);
      assert.notEqual(topology.host(on).process(daemon), before);
    });
  }

  it('changes the leader as planned', async () => {
    const before = (await topology.database.primary()).name;
    await during(switchover(), undefined);
    assert.notEqual((await topology.database.primary()).name, before);
  });

  it('terminates the sessions of the platform, which come back', async () => {
    const copy = (await topology.database.primary()).name;
    const before = new Set(await topology.database.sessions(copy));
    await during(terminateSessions(role('primary')), undefined);
    assert.deepEqual(
      (await topology.database.sessions(copy)).filter((pid) => before.has(pid)),
      [],
    );
  });

  it('pauses replay at a standby: it shows an older state until it goes on', async () => {
    const standby = (await topology.database.copies()).find(({ sync }) => sync)?.name ?? '';
    const shown = (): Promise<number | null> =>
      withDatabase(
        topology.database.dsn(standby),
        async (client) => (await client.query("select from changes where id = 'paused'")).rowCount,
      );
    await during(pauseReplay(role('sync-standby')), '2s', async () => {
      assert.equal(await write('paused'), 201);
      assert.equal(await shown(), 0);
    });
    await until({
      subject: standby,
      condition: 'the change shown',
      timeoutMs: 5_000,
      intervalMs: 20,
      probe: async () => (await shown()) === 1,
    });
  });

  it('kills the server of the leading copy: another one takes over', async () => {
    const copy = (await topology.database.primary()).name;
    const before = await topology.database.serverStarted(copy);
    await during(killPostmaster(role('primary')), undefined);
    assert.notEqual(await topology.database.serverStarted(copy), before);
  });

  /** Injects, looks while it lasts, waits for its end, and has a write acknowledged after it. */
  async function during(spec: FaultSpec, length: string | undefined, look?: () => Promise<void>): Promise<void> {
    await topology.reset({ routing: 'active-active', replication: 'strict' });
    const fault = await injected(topology, spec, length);
    await look?.();
    await fault.gone();
    await until({
      subject: 'platform',
      condition: 'a write acknowledged',
      timeoutMs: 30_000,
      intervalMs: 100,
      probe: async () => (await write()) === 201,
    });
  }

  async function write(id = `service-${process.hrtime.bigint()}`): Promise<number> {
    const response = await fetch(`${topology.balancer.url}/api/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, run: name }),
      signal: AbortSignal.timeout(5_000),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async function curl(from: string, url: string): Promise<number> {
    return (await topology.probe(from, ['curl', '-sk', '-o', '/dev/null', '-m', '2', url], 5_000)).exitCode;
  }
});
