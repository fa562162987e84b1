import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { execa } from 'execa';
import { messageOf, UsageError } from '../../support/errors.ts';
import { askHaproxy } from '../haproxy.ts';
import type { Topology } from '../model.ts';
import { labProcesses } from './cgroups.ts';
import { examine } from './doctor.ts';
import { tearDown } from './down.ts';
import { guardLack, removeGuard, restoreGuard } from './guard.ts';
import { API_PORT } from './kubernetes.ts';
import { labTopology } from './lab-topology.ts';
import { findLab, labDir, type Lab } from './store.ts';
import { bringUp } from './up.ts';

const name = 'outside';
const NOBODY = 65534;
const silent = (): void => undefined;

describe('a lab, to other users of its machine', { concurrency: 1 }, () => {
  let lab: Lab;
  let topology: Topology;

  before(async () => {
    await tearDown(name);
    lab = (await bringUp({ name, shape: { nodes: 1 } }, silent)).lab;
    topology = labTopology(name);
  });
  after(() => tearDown(name));

  const address = (host: string): string => topology.host(host).address;

  it('is out of reach, and says so when a firewall that was loaded anew has let them in', async () => {
    const health = `${topology.balancer.url}/api/healthcheck`;
    assert.equal(await guardLack(name), undefined);
    assert.equal((await asNobody(health)).exitCode, 7);
    await removeGuard(name);
    assert.equal((await asNobody(health)).stdout, '200');
    assert.match((await guardLack(name)) ?? '', /the table holdfast_outside .* is gone: was its firewall loaded anew\?/u);
    const looks = (await examine()).filter(({ what }) => what.includes(`lab "${name}"`));
    assert.deepEqual(
      looks.map(({ good, remedy }) => [good, remedy]),
      [[false, '"holdfast up --name outside" makes it anew']],
    );
    await topology.reset({ replication: 'strict', routing: 'active-active' });
    assert.equal(await guardLack(name), undefined);
    assert.equal((await asNobody(health)).exitCode, 7);
  });

  it('is out of reach again where somebody changed its guard', async () => {
    await execa('nft', ['insert', 'rule', 'inet', 'holdfast_outside', 'output', 'accept']);
    assert.match((await guardLack(name)) ?? '', /was changed/u);
    await restoreGuard(lab);
    assert.equal(await guardLack(name), undefined);
  });

  it('lets nobody change anything without credentials, should the guard be gone', async () => {
    await removeGuard(name);
    const kubelet = `https://${address('a1')}:10250`;
    for (const path of ['/pods', '/runningpods/', '/exec/x/y/z', '/metrics'])
      assert.equal((await asNobody(`${kubelet}${path}`)).stdout, '401', path);
    assert.equal((await asNobody(`https://${address('a1')}:${API_PORT}/api/v1/pods`)).stdout, '403');
    for (const scheme of ['http', 'https']) {
      const asked = await asNobody(`${scheme}://${address('dcs1')}:2379/v3/kv/range`, '-d', '{"key":"AA==","range_end":"AA=="}');
      assert.notEqual(asked.exitCode, 0, `${scheme}: ${asked.stdout}`);
    }
    assert.notEqual((await asNobody(`https://${address('dcs1')}:2380/version`)).exitCode, 0);
    assert.equal((await asNobody(`http://${address('dcs1')}:2381/v3/kv/range`, '-d', '{"key":"AA=="}')).stdout, '404');
    assert.equal((await asNobody(`http://${address('db1')}:8008/config`, '-X', 'PATCH', '-d', '{"ttl":30}')).stdout, '401');
    for (const path of ['restart', 'switchover', 'reinitialize', 'reload'])
      assert.equal((await asNobody(`http://${address('db1')}:8008/${path}`, '-d', '{}')).stdout, '401', path);
    const api = { ...topology.runtimeApi, timeoutMs: 2000 };
    for (const command of ['set server platform/a_a1 state maint', 'disable frontend clients', 'shutdown sessions server platform/a_a1'])
      assert.match(await askHaproxy(api, command), /permission denied/iu, command);
    await assert.rejects(askHaproxy({ ...api, host: address('dbe') }, 'show stat'), (error) => /ECONNREFUSED/u.test(messageOf(error)));
    assert.ok(Object.values(await topology.balancer.backends()).every((status) => status === 'UP'));
    await restoreGuard(lab);
  });

  it('shows none of its secrets on a command line', () => {
    const secrets = Object.values(lab.secrets).flatMap((secret: string | Record<string, string>) =>
      typeof secret === 'string' ? [secret] : Object.values(secret),
    );
    assert.ok(secrets.length >= 10);
    const lines = readdirSync('/proc')
      .filter((entry) => /^\d+$/u.test(entry))
      .map(commandLineOf);
    assert.ok(lines.some((line) => line.includes('kube-apiserver')));
    for (const line of lines) assert.ok(!secrets.some((secret) => line.includes(secret)), line);
  });

  it('is neither changed nor ended from another state folder', async () => {
    const processes = labProcesses(name);
    const other = mkdtempSync(join(tmpdir(), 'holdfast-state-'));
    const was = process.env.HOLDFAST_STATE;
    try {
      // as one that was up before the machine was booted
      mkdirSync(join(other, 'labs'), { recursive: true });
      cpSync(labDir(name), join(other, 'labs', name), { recursive: true, filter: (path) => !path.includes('/hosts/') });
      mkdirSync(join(other, 'labs', name, 'hosts', 'a1'), { recursive: true });
      process.env.HOLDFAST_STATE = other;
      const refused = (error: unknown): boolean => error instanceof UsageError && /is up on this machine/u.test(error.message);
      await assert.rejects(tearDown(name), refused);
      await assert.rejects(bringUp({ name }, silent), refused);
      assert.throws(() => labTopology(name), refused);
    } finally {
      if (was === undefined) delete process.env.HOLDFAST_STATE;
      else process.env.HOLDFAST_STATE = was;
      rmSync(other, { recursive: true });
    }
    assert.ok(processes.length > 0);
    const left = new Set(labProcesses(name));
    assert.ok(processes.filter((pid) => left.has(pid)).length > processes.length / 2);
    assert.notEqual(findLab(name), undefined);
    assert.ok(Object.values(await topology.balancer.backends()).every((status) => status === 'UP'));
  });
});

/** What comes of a request by a user who has nothing to do with the lab: the status, or the exit code of curl. */
function asNobody(url: string, ...args: string[]): Promise<{ exitCode?: number; stdout: string }> {
  const curl = ['curl', '-sk', '-m', '5', '-o', '/dev/null', '-w', '%{http_code}', ...args, url];
  return execa('setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--', ...curl], { reject: false, cwd: '/' });
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
