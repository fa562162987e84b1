import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { withDatabase } from '../../support/database.ts';
import { UsageError } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { invokingUser } from '../../support/user.ts';
import { hostProcesses } from './cgroups.ts';
import { daemonsOf, hostState, machineOf, powerOffHost } from './hosts.ts';
import { labTopology } from './lab-topology.ts';
import { machineInit, runIn } from './machine.ts';
import { machineState, type MachineState } from './machine-state.fixture.ts';
import { platformPods } from './site-client.ts';
import { createLab, findLab, labDir, type Lab } from './store.ts';
import { tearDown } from './down.ts';
import { bringUp } from './up.ts';

const name = process.env.HOLDFAST_TEST_LAB ?? 'labtest';
const second = `${name.slice(0, 8)}2`;
const silent = (): void => undefined;

describe('a lab', { concurrency: 1 }, () => {
  let clean: MachineState;
  let lab: Lab;

  before(async () => {
    await tearDown(name);
    await tearDown(second);
    clean = machineState(name);
    lab = (await bringUp({ name }, silent)).lab;
  });
  after(async () => {
    await tearDown(second);
    await tearDown(name);
  });

  it('serves a write through the load balancer, and both sites name the one database system', async () => {
    const topology = labTopology(name);
    const seen = new Map<string, Set<string>>();
    for (let n = 0; n < 40; n++) {
      const answer = await post(`${topology.balancer.url}/api/changes`, { id: `up-${n}`, run: 'labtest' });
      assert.equal(answer.status, 201);
      const { site, system } = answer.body as { site: string; system: string };
      seen.set(site, (seen.get(site) ?? new Set()).add(system));
    }
    assert.deepEqual([...seen.keys()].sort(), ['a', 'b']);
    const systems = new Set([...seen.values()].flatMap((set) => [...set]));
    assert.equal(systems.size, 1);
    const [{ system } = { system: '' }] = await withDatabase(
      topology.database.dsn((await topology.database.primary()).name),
      async (client) => (await client.query<{ system: string }>('select system_identifier::text as system from pg_control_system()')).rows,
    );
    assert.deepEqual([...systems], [system]);
  });

  it('runs no database in a site', async () => {
    for (const node of lab.plan.hosts.filter(({ role }) => role === 'node')) {
      const processes = await runIn(machineOf(lab, node), ['ps', '-eo', 'comm']);
      assert.doesNotMatch(processes, /postgres|patroni/, `on ${node.name}`);
    }
  });

  it('spreads several pods of the platform over the nodes of each site', async () => {
    for (const site of ['a', 'b']) {
      const pods = (await platformPods(lab, site)).filter((pod) => pod.metadata?.labels?.['app'] === 'api');
      assert.ok(pods.length >= 2);
      assert.equal(new Set(pods.map((pod) => pod.spec?.nodeName)).size, 2);
    }
  });

  it('keeps its secrets from other users', () => {
    assert.equal(statSync(join(lab.dir, 'secrets.json')).mode & 0o777, 0o600);
    assert.equal(statSync(lab.dir).mode & 0o777, 0o700);
  });

  it("runs the suite's own programs in their host's group, so that they have its share of the CPU", async () => {
    const { client } = labTopology(name);
    const program = client.start('sleeper', 'sleep', ['30'], {});
    const commandLines = (): string[] =>
      hostProcesses(name, client.name).map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim());
    await until({
      subject: 'program on the client',
      condition: 'in its group',
      timeoutMs: limits.hostBooted,
      probe: async () => commandLines().includes('sleep 30'),
    });
    await program.signal('KILL');
    assert.equal((await program.ended).signal, 'SIGKILL');
  });

  it('repairs each daemon that is killed, and records its end', async () => {
    for (const host of lab.plan.hosts) {
      const machine = machineOf(lab, host);
      for (const daemon of daemonsOf(lab, host, machine)) {
        const recorded = exits(machine.dir).length;
        await runIn(machine, ['sh', '-c', `kill -KILL "$(cat /data/sv/${daemon.name}/supervise/pid)"`]);
        await bringUp({ name }, silent);
        const ends = exits(machine.dir).slice(recorded);
        assert.ok(
          ends.some((end) => end.includes(`"${daemon.name}"`) && end.includes('"signal":9')),
          `${daemon.name} on ${host.name}: ${ends.join(' ')}`,
        );
      }
    }
  });

  it('repairs each host that is lost', async () => {
    for (const host of lab.plan.hosts) {
      await powerOffHost(lab, host);
      assert.equal(hostState(lab, host), 'off');
      const { created } = await bringUp({ name }, silent);
      assert.equal(created, false);
      assert.equal(hostState(lab, host), 'running');
    }
  });

  it('lives beside another one, sharing nothing', async () => {
    await bringUp({ name: second, shape: { nodes: 1 } }, silent);
    const [one, two] = [labTopology(name), labTopology(second)];
    const first = await post(`${one.balancer.url}/api/changes`, { id: 'beside', run: 'labtest' });
    const other = await post(`${two.balancer.url}/api/changes`, { id: 'beside', run: 'labtest' });
    assert.equal(first.status, 201);
    assert.equal(other.status, 201, 'the same id is new in the other lab');
    assert.notEqual((first.body as { system: string }).system, (other.body as { system: string }).system);
    const reach = await one.probe('client', ['curl', '-s', '-m', '1', '-o', '/dev/null', `${two.balancer.url}/api/healthcheck`], 5000);
    assert.notEqual(reach.exitCode, 0, 'a host of one lab reaches the other');
    await tearDown(second);
    assert.equal((await post(`${one.balancer.url}/api/changes`, { id: 'beside-after', run: 'labtest' })).status, 201);
  });

  it("refuses another shape while it is up, and another user's name", async () => {
    await assert.rejects(bringUp({ name, shape: { sites: 3 } }, silent), UsageError);
    const record = join(labDir(name), 'lab.json');
    const original = readFileSync(record, 'utf8');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(record, original.replace(/"owner": \d+/, `"owner": ${invokingUser().uid + 1}`));
    assert.throws(() => findLab(name), /belongs to user/);
    writeFileSync(record, original);
  });

  it('is gone without a trace after down', async () => {
    assert.equal(await tearDown(name), true);
    assert.deepEqual(machineState(name), clean);
    assert.equal(existsSync(labDir(name)), false);
    assert.equal(await tearDown(name), false);
  });

  it('refuses a name that could not be an interface', () => {
    assert.throws(() => createLab('Not a name', { pattern: 'recommended', sites: 2, nodes: 1, routing: 'active-active' }), UsageError);
    assert.equal(machineInit({ dir: labDir('nosuch') }), undefined);
  });
});

function exits(dir: string): string[] {
  const path = join(dir, 'data/exits.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

async function post(url: string, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5000),
  });
  return { status: response.status, body: await response.json() };
}
