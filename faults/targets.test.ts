import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import type { Host, Topology } from '../topology/model.ts';
import type { FaultSpec, Target } from './fault.ts';
import { freeze } from './freeze.ts';
import { isolate, isolateFault } from './isolate.ts';
import { powerOff } from './power-off.ts';
import { checkAllowed, describeTarget, pathsBetween, resolveOtherEnd, resolveTarget } from './targets.ts';
import { sketchTopology } from './topology.fixture.ts';

const site = (name: string): Target => ({ kind: 'site', name });
const host = (name: string): Target => ({ kind: 'host', name });
const role = (name: 'primary' | 'sync-standby'): Target => ({ kind: 'role', role: name });
const names = (hosts: readonly Host[]): string[] => hosts.map(({ name }) => name);
const allowed = async (topology: Topology, spec: FaultSpec): Promise<void> =>
  checkAllowed(topology, spec, await resolveTarget(topology, spec.target));
const otherEnd = async (from: FaultSpec['from'], target: Target = site('a'), topology = sketchTopology()): Promise<string[]> =>
  names(
    await resolveOtherEnd(
      topology,
      { fault: 'isolate', target, ...(from === undefined ? {} : { from }) },
      await resolveTarget(topology, target),
    ),
  );

describe('a target', () => {
  test('is a host, all nodes of a site, or who holds a role now', async () => {
    const topology = sketchTopology();
    const hit = async (target: Target): Promise<string[]> => names(await resolveTarget(topology, target));
    assert.deepEqual(await hit(host('glb')), ['glb']);
    assert.deepEqual(await hit(site('b')), ['b1', 'b2']);
    assert.deepEqual(await hit(role('primary')), ['db1']);
    assert.deepEqual(await hit(role('sync-standby')), ['db2']);
  });

  test('that watches the run is refused as the other end too', () =>
    assert.rejects(otherEnd(host('observer')), /isolate from observer is refused: it watches the run/));

  test('that nobody is now is refused', async () => {
    await assert.rejects(
      resolveTarget(sketchTopology({ copies: [] }), role('sync-standby')),
      (error) => error instanceof UsageError && /no synchronous standby now/u.test(error.message),
    );
  });

  test('is called what a person calls it', () => {
    assert.deepEqual([host('db1'), site('a'), role('sync-standby')].map(describeTarget), ['db1', 'site a', 'the sync-standby']);
  });
});

describe('the other end of a network fault', () => {
  test('is everything but the target itself and who watches', async () => {
    const everything = ['b1', 'b2', 'db1', 'db2', 'db3', 'dcs1', 'dbe', 'glb', 'client'];
    assert.deepEqual(await otherEnd('everything'), everything);
    assert.deepEqual(await otherEnd(undefined), everything);
  });

  test('is the database with its endpoint and its consensus, its standbys, or another target', async () => {
    assert.deepEqual(await otherEnd('database'), ['db1', 'db2', 'db3', 'dcs1', 'dbe']);
    assert.deepEqual(await otherEnd('database', host('db2')), ['db1', 'db3', 'dcs1', 'dbe']);
    assert.deepEqual(await otherEnd('standbys', role('primary')), ['db2', 'db3']);
    assert.deepEqual(await otherEnd(site('b')), ['b1', 'b2']);
  });

  test('is reached by every link, both ways, and a host has none to itself', () => {
    const { hosts } = sketchTopology();
    const [a1, a2, b1] = hosts as [Host, Host, Host];
    assert.deepEqual(pathsBetween([a1], [b1]), [
      { from: 'a1', to: 'b1' },
      { from: 'b1', to: 'a1' },
    ]);
    assert.deepEqual(pathsBetween([a1, a2], [b1]).length, 4);
    assert.deepEqual(pathsBetween([a1], [a1]), []);
  });

  test('that is the target itself is refused', async () => {
    await assert.rejects(isolateFault.pin(sketchTopology(), isolate(host('a1'), host('a1'))), /there is no link between the two ends/u);
  });
});

describe('a fault', () => {
  test('may take one of two healthy sites, or what is no site', async () => {
    const topology = sketchTopology();
    for (const spec of [powerOff(site('a')), freeze(host('b1')), isolate(site('b'), 'everything')]) await allowed(topology, spec);
    for (const spec of [powerOff(role('primary')), freeze(host('glb')), freeze(host('dcs1'))])
      await allowed(sketchTopology({ unready: ['a', 'b'] }), spec);
  });

  test('that would take the last healthy site is refused, unless it says so', async () => {
    const topology = sketchTopology({ unready: ['b'] });
    const says =
      'power-off on site a is refused: it would take the last healthy site; say allowTotalLoss (--allow-total-loss) if that is meant';
    await assert.rejects(allowed(topology, powerOff(site('a'))), (error) => error instanceof UsageError && error.message === says);
    await assert.rejects(allowed(topology, freeze(host('a2'))), /last healthy site/u);
    await allowed(topology, powerOff(site('a'), { allowTotalLoss: true }));
    await allowed(topology, powerOff(site('b')));
  });

  test('on both sites at once is refused, unless it says so', async () => {
    const topology = sketchTopology();
    const nodes = topology.sites.flatMap((one) => one.nodes);
    await assert.rejects(checkAllowed(topology, powerOff(site('a')), nodes), /last healthy site/u);
    await checkAllowed(topology, powerOff(site('a'), { allowTotalLoss: true }), nodes);
  });

  test('on who watches or makes the load is refused, whatever it says', async () => {
    for (const [name, why] of [
      ['observer', 'it watches the run'],
      ['client', 'it makes the load'],
    ] as const) {
      const spec = powerOff(host(name), { allowTotalLoss: true });
      await assert.rejects(
        allowed(sketchTopology(), spec),
        (error) => error instanceof UsageError && error.message === `power-off on ${name} is refused: ${why}`,
      );
    }
  });
});
