import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { killDaemon, stopDaemon } from '../faults/daemons.ts';
import { drainSite } from '../faults/drain-site.ts';
import { exhaustConnections, exhaustConnectionsFault } from '../faults/exhaust-connections.ts';
import type { FaultSpec, Target } from '../faults/fault.ts';
import { fillDisk, fillDiskFault } from '../faults/fill-disk.ts';
import { freeze } from '../faults/freeze.ts';
import { readJournal } from '../faults/journal.ts';
import { killPostmaster } from '../faults/kill-postmaster.ts';
import { pauseReplay } from '../faults/pause-replay.ts';
import { reboot, rebootFault } from '../faults/reboot.ts';
import { redundant } from '../faults/redundant.ts';
import { surge, surgeFault } from '../faults/surge.ts';
import { switchover } from '../faults/switchover.ts';
import { terminateSessions } from '../faults/terminate-sessions.ts';
import { steady } from '../load/profiles.ts';
import { withDatabase } from '../support/database.ts';
import { HoldfastError } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import { DATA_DIR } from '../topology/lab/database.ts';
import type { Topology } from '../topology/model.ts';
import { injected, suiteLab } from './lab.fixture.ts';

const name = 'svctest';
const LOOK = `SELECT current_setting('holdfast.copy', true) AS name, current_setting('timezone') AS zone`;
const host = (...names: string[]): Target => ({ kind: 'hosts', names });
const site = (of: string): Target => ({ kind: 'site', name: of });
const role = (of: 'primary' | 'sync-standby' | 'copies'): Target => ({ kind: 'role', role: of });

describe('a fault of programs and of the database', { concurrency: 1 }, () => {
  const lab = suiteLab(name, { nodes: 1 });
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
    // Patroni looks after its copies every 2 s, and resumes a replay that it finds paused
    await during(pauseReplay(role('sync-standby')), '6s', async () => {
      assert.equal(await write('paused'), 201);
      await sleep(5_000);
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

  it('takes no fault for one that lasted when somebody else ended it', async () => {
    for (const [spec, undo] of [
      [pauseReplay(role('sync-standby')), (hosts: readonly string[]) => topology.database.setReplayPaused(hosts[0] ?? '', false)],
      [drainSite(site('b')), () => topology.balancer.setDrained('b', false)],
      [freeze(host('dcs3')), () => topology.host('dcs3').thaw()],
    ] as const) {
      const fault = await injected(topology, spec, '5s');
      await undo(fault.head.pinned.hosts);
      await assert.rejects(
        fault.gone(),
        (error) => error instanceof HoldfastError && error.message.includes('ended before its lease'),
        spec.fault,
      );
      assert.ok(readJournal(topology.journalDir, fault.head.id).some(({ state }) => state === 'gone'));
    }
  });

  it('kills the server of the leading copy: another one takes over', async () => {
    const copy = (await topology.database.primary()).name;
    const before = await topology.database.serverStarted(copy);
    await during(killPostmaster(role('primary')), undefined);
    assert.notEqual(await topology.database.serverStarted(copy), before);
  });

  it('leaves a copy its name when a session reads a configuration that is being written', async () => {
    await topology.reset({ routing: 'active-active', replication: 'strict' });
    const copy = (await topology.database.primary()).name;
    const file = `${DATA_DIR}/postgresql.conf`;
    const run = (command: string): Promise<unknown> => topology.probe(copy, ['sh', '-ec', command], 5_000);
    await withDatabase(topology.database.dsn(copy), async (client) => {
      const look = async (): Promise<{ name: string; zone: string }> =>
        (await client.query<{ name: string; zone: string }>(LOOK)).rows[0] ?? assert.fail('no row');
      assert.deepEqual(await look(), { name: copy, zone: 'Etc/UTC' });
      await run(`cp -p ${file} /tmp/kept.conf; : > ${file}`);
      try {
        await client.query('SELECT pg_reload_conf()');
        await becomes('a session', 'without the configuration', async () => (await look()).zone !== 'Etc/UTC');
        assert.equal((await look()).name, copy);
      } finally {
        await run(`cat /tmp/kept.conf > ${file}; rm /tmp/kept.conf`);
        await client.query('SELECT pg_reload_conf()');
      }
      await becomes('a session', 'with the configuration', async () => (await look()).zone === 'Etc/UTC');
    });
  });

  it('exhausts the connections of the leading copy: who is cut off then is refused until the end', async () => {
    await during(exhaustConnections(role('primary')), '20s', async () => {
      await injected(topology, terminateSessions(role('primary')));
      // a pod that was faster than the fault has its connection again, and needs more of them for several writes at once
      const answers = await Promise.all(Array.from({ length: 20 }, (_, nth) => answer(`cut-off-${nth}-${process.hrtime.bigint()}`)));
      assert.ok(
        answers.some(({ status, sqlstate }) => status === 503 && sqlstate === '53300'),
        JSON.stringify(answers),
      );
    });
  });

  it('surges: clients of its own make more requests at the load balancer, which end with the lease', async () => {
    await during(surge(steady({ writesPerSecond: 20, readsPerSecond: 20 }), { times: 3 }), '6s', async () => {
      const before = await topology.balancer.requests();
      await sleep(1_000);
      // 80 a second of the surge; a look in between may take its time
      assert.ok((await topology.balancer.requests()) - before >= 60);
    });
    assert.equal(await topology.client.isRunning('surge'), false);
  });

  it('ends a surge with its lease, though nobody is there to end it', async () => {
    const asked = surge(steady({ writesPerSecond: 20, readsPerSecond: 20 }), { times: 2 });
    await surgeFault.inject(topology, await surgeFault.pin(topology, asked), 4_000);
    await becomes('surge', 'running', () => topology.client.isRunning('surge'));
    await becomes('surge', 'ended by itself', async () => !(await topology.client.isRunning('surge')));
  });

  it('gives connections back at the end of the lease, though nobody is there to end it', async () => {
    const { name: copy } = await topology.database.primary();
    const others = "select from pg_stat_activity where usename = 'replicator' and backend_type = 'client backend'";
    const taken = (): Promise<number | null> =>
      withDatabase(topology.database.dsn(copy), async (client) => (await client.query(others)).rowCount);
    await topology.database.occupySessions(copy, 8_000);
    await becomes(`sessions at ${copy}`, 'taken', async () => (await taken()) !== 0);
    await becomes(`sessions at ${copy}`, 'given back', async () => (await taken()) === 0);
    assert.equal(await topology.database.trySession(copy), 'accepted');
  });

  it('fills the disk of the leading copy: it leads on, and refuses what needs another page', async () => {
    const { name: copy } = await topology.database.primary();
    await during(fillDisk(role('primary')), '15s', async () => {
      await becomes('a write', 'refused for want of space', async () => (await answer()).sqlstate === '53100');
      assert.equal(await curl('client', `${topology.balancer.url}/api/healthcheck`), 0);
      assert.equal((await topology.database.primary()).name, copy);
    });
    await becomes('every copy', 'in sync', async () => (await redundant(topology)).seen);
  });

  it('fills the disk of the leading copy: it crashes when its log needs space, and follows another one in the end', async () => {
    const { name: copy } = await topology.database.primary();
    await during(fillDisk(host(copy)), '15s', async () => {
      await becomes('another copy', 'leading', async () => {
        const leader = (await topology.database.copies()).find(({ role }) => role === 'primary')?.name;
        if (leader !== copy) return leader !== undefined;
        await withDatabase(topology.database.dsn(copy), (client) =>
          client.query('select pg_switch_wal(), pg_logical_emit_message(true, $1, $1)', ['filled']),
        );
        return false;
      });
    });
    await becomes('every copy', 'in sync', async () => (await redundant(topology)).seen);
  });

  it('fills the disk of a standby, which is as full after a power-off', async () => {
    const standby = (await topology.database.copies()).find(({ sync }) => sync)?.name ?? '';
    await during(fillDisk(host(standby)), '6s', async () => {
      const full = topology.host(standby);
      await full.powerOff();
      await full.boot();
      const { stdout } = await topology.probe(standby, ['stat', '-f', '-c', '%a', full.disk?.at ?? ''], 5_000);
      assert.ok(Number(stdout) < 4096, `${stdout} blocks are free`);
    });
    await becomes('every copy', 'in sync', async () => (await redundant(topology)).seen);
  });

  it('gives back at a reset what faults took that no journal knows', async () => {
    const { name: copy, disk } = await topology.database.primary();
    await disk?.fill();
    await topology.database.occupySessions(copy, 600_000);
    const pinned = { hosts: [copy], paths: [] };
    await becomes(`new sessions at ${copy}`, 'refused', async () => (await exhaustConnectionsFault.effect(topology, pinned)).seen);
    await topology.reset({ routing: 'active-active', replication: 'strict' });
    await becomes(`a new session at ${copy}`, 'accepted', async () => (await topology.database.trySession(copy)) === 'accepted');
    assert.ok((await fillDiskFault.gone(topology, pinned)).seen);
  });

  it('reboots the leading copy: another one takes over', async () => {
    const { name: copy } = await topology.database.primary();
    const boot = topology.boots()[copy];
    await during(reboot(role('primary')), undefined);
    assert.notEqual(topology.boots()[copy], boot);
    assert.notEqual((await topology.database.primary()).name, copy);
  });

  it('reboots a site: it serves again, in another boot', async () => {
    const boot = topology.boots()['b1'];
    await during(reboot(site('b')), undefined);
    assert.notEqual(topology.boots()['b1'], boot);
    assert.equal(await topology.site('b').lack(), undefined);
  });

  it('boots a host whose reboot was left half done', async () => {
    await topology.reset({ routing: 'active-active', replication: 'strict' });
    const pinned = await rebootFault.pin(topology, reboot(host('dcs3')));
    await topology.host('dcs3').powerOff();
    assert.equal((await rebootFault.gone(topology, pinned)).seen, false);
    await rebootFault.heal(topology, pinned);
    await becomes('dcs3', 'rebooted and answering', async () => (await rebootFault.gone(topology, pinned)).seen);
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

  async function becomes(subject: string, condition: string, probe: () => Promise<boolean>): Promise<void> {
    await until({ subject, condition, timeoutMs: limits.redundant, intervalMs: 20, probe });
  }

  async function write(id?: string): Promise<number> {
    return (await answer(id)).status;
  }

  async function answer(id = `service-${process.hrtime.bigint()}`): Promise<{ status: number; sqlstate: string | undefined }> {
    const response = await fetch(`${topology.balancer.url}/api/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, run: name }),
      signal: AbortSignal.timeout(5_000),
    });
    // the balancer itself answers in HTML
    const sqlstate = /"sqlstate":"(\w+)"/.exec(await response.text())?.[1];
    return { status: response.status, sqlstate };
  }

  async function curl(from: string, url: string): Promise<number> {
    return (await topology.probe(from, ['curl', '-sk', '-o', '/dev/null', '-m', '2', url], 5_000)).exitCode;
  }
});
