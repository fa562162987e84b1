import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import type { Answer, Topology } from '../topology/model.ts';
import { killDaemon, killDaemonFault, stopDaemon, stopDaemonFault } from './daemons.ts';
import type { Target } from './fault.ts';
import { sketchTopology } from './topology.fixture.ts';

const site: Target = { kind: 'site', name: 'a' };
const glb: Target = { kind: 'host', name: 'glb' };

/** A topology in which programs run as these processes, and so comes of every question. */
function running(pid: number | undefined, came: Answer['came'] = 'answer'): Topology {
  const topology = sketchTopology({ answers: () => ({ came }) });
  return new Proxy(topology, {
    get: (target, key): unknown => {
      if (key === 'observer') return { name: 'observer' };
      if (key === 'host') return (name: string) => ({ ...target.host(name), process: () => pid });
      return Reflect.get(target, key) as unknown;
    },
  });
}

describe('a fault of a program', () => {
  test('falls on the hosts of the target that run it', async () => {
    const { hosts, daemon, processes } = await stopDaemonFault.pin(sketchTopology(), stopDaemon(site, { daemon: 'kubelet' }));
    assert.deepEqual({ hosts, daemon, processes }, { hosts: ['a1', 'a2'], daemon: 'kubelet', processes: { a1: 100, a2: 100 } });
  });

  test('is refused where the target does not run it, with what it runs', async () => {
    const refused = (text: RegExp) => (error: unknown) => error instanceof UsageError && text.test(error.message);
    await assert.rejects(
      stopDaemonFault.pin(sketchTopology(), stopDaemon(site, { daemon: 'patroni' })),
      refused(/stop-daemon: site a runs no "patroni": expected "daemon" to be one of etcd, kubelet/),
    );
    await assert.rejects(killDaemonFault.pin(sketchTopology(), killDaemon(glb, { daemon: '' })), refused(/glb runs no ""/));
  });

  test('that stops it is proven by refusals, or by its supervisor where it cannot be asked', async () => {
    const pinned = { hosts: ['a1'], paths: [], daemon: 'kubelet' };
    assert.equal((await stopDaemonFault.effect(running(undefined, 'refusal'), pinned)).seen, true);
    assert.equal((await stopDaemonFault.effect(running(undefined, 'silence'), pinned)).seen, false);
    // it has closed its port, and takes its time to end
    assert.equal((await stopDaemonFault.effect(running(100, 'refusal'), pinned)).seen, true);
    // nothing to ask: the supervisor alone
    assert.equal((await stopDaemonFault.effect(running(undefined), { ...pinned, daemon: 'etcd' })).seen, true);
    assert.equal((await stopDaemonFault.effect(running(100), { ...pinned, daemon: 'etcd' })).seen, false);
  });

  test('is gone when it runs, answers, and its hosts do what they are there for', async () => {
    const pinned = { hosts: ['a1'], paths: [], daemon: 'kubelet' };
    assert.equal((await stopDaemonFault.gone(running(101), pinned)).seen, true);
    assert.equal((await stopDaemonFault.gone(running(undefined), pinned)).seen, false);
    assert.equal((await stopDaemonFault.gone(running(101, 'refusal'), pinned)).seen, false);
  });

  test('that kills it is proven by another process, or none', async () => {
    const pinned = await killDaemonFault.pin(sketchTopology(), killDaemon(site, { daemon: 'etcd' }));
    assert.equal((await killDaemonFault.effect(running(100), pinned)).seen, false);
    assert.equal((await killDaemonFault.effect(running(101), pinned)).seen, true);
    assert.equal((await killDaemonFault.effect(running(undefined), pinned)).seen, true);
  });
});
