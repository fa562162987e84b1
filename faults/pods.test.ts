import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import { deletePods, deletePodsFault } from './delete-pods.ts';
import { drainNode, drainNodeFault } from './drain-node.ts';
import type { Target } from './fault.ts';
import { killContainers, killContainersFault } from './kill-containers.ts';
import { restartPods, restartPodsFault } from './restart-pods.ts';
import { scaleToZero, scaleToZeroFault } from './scale-to-zero.ts';
import { sketchTopology } from './topology.fixture.ts';

const a: Target = { kind: 'site', name: 'a' };
const pods = ['p1', 'p2'].map((name) => ({ name, uid: `${name}-1`, node: 'a1', ending: false, restarts: 0 }));
const replacements = ['p3', 'p4'].map((name) => ({ name, uid: `${name}-1`, node: 'a1', ending: false, restarts: 0 }));

describe('a fault of pods', () => {
  test('pins the pods of one kind at a site, and how many it has', async () => {
    const {
      hosts,
      app,
      pods: names,
      replicas,
      graceS,
    } = await deletePodsFault.pin(sketchTopology({ pods }), deletePods(a, { app: 'api', grace: '0' }));
    assert.deepEqual(
      { hosts, app, names, replicas, graceS },
      { hosts: ['a1', 'a2'], app: 'api', names: ['p1', 'p2'], replicas: 2, graceS: 0 },
    );
    await assert.rejects(
      restartPodsFault.pin(sketchTopology(), restartPods({ kind: 'host', name: 'a1' }, { app: 'api' })),
      (error) => error instanceof UsageError && /expected a site as its target, came a1/.test(error.message),
    );
    await assert.rejects(drainNodeFault.pin(sketchTopology(), drainNode(a)), /expected one node as its target, came site a/);
    await assert.rejects(drainNodeFault.pin(sketchTopology(), drainNode({ kind: 'host', name: 'db1' })), /expected one node/);
  });

  test('that deletes or replaces them is proven when none of them is left', async () => {
    for (const [fault, spec] of [
      [deletePodsFault, deletePods(a, { app: 'api' })],
      [restartPodsFault, restartPods(a, { app: 'api' })],
    ] as const) {
      const pinned = await fault.pin(sketchTopology({ pods }), spec);
      const [kept, replaced] = [[pods[0], replacements[0]], replacements].map((list) =>
        sketchTopology({ pods: list.filter((pod) => pod !== undefined) }),
      );
      assert.equal((await fault.effect(kept ?? sketchTopology(), pinned)).seen, false);
      assert.equal((await fault.effect(replaced ?? sketchTopology(), pinned)).seen, true);
    }
  });

  test('that deletes one whose successor has its name is proven by that successor', async () => {
    const [pod] = pods.map((one) => ({ ...one, name: 'postgres-0' }));
    assert.ok(pod);
    const pinned = await deletePodsFault.pin(sketchTopology({ pods: [pod], pattern: 'supported' }), deletePods(a, { app: 'postgres' }));
    const seen = async (uid: string): Promise<boolean> =>
      (await deletePodsFault.effect(sketchTopology({ pods: [{ ...pod, uid }] }), pinned)).seen;
    assert.deepEqual([await seen(pod.uid), await seen('another')], [false, true]);
  });

  test('of a database in the sites is refused where they have none', async () => {
    await assert.rejects(
      deletePodsFault.pin(sketchTopology({ pods }), deletePods(a, { app: 'postgres' })),
      (error) => error instanceof UsageError && /no database of their own: expected api or worker/.test(error.message),
    );
  });

  test('that kills their programs is proven by another start in the same pods', async () => {
    const pinned = await killContainersFault.pin(sketchTopology({ pods }), killContainers(a, { app: 'api' }));
    const after = (...restarts: number[]) => sketchTopology({ pods: pods.map((pod, nth) => ({ ...pod, restarts: restarts[nth] ?? 0 })) });
    assert.equal((await killContainersFault.effect(after(1, 0), pinned)).seen, false);
    assert.equal((await killContainersFault.effect(after(1, 2), pinned)).seen, true);
    assert.equal((await killContainersFault.effect(sketchTopology({ pods: replacements }), pinned)).seen, false);
  });

  test('that kills their programs is proven as well where the kubelet waits before it starts them again', async () => {
    const pinned = await killContainersFault.pin(sketchTopology({ pods }), killContainers(a, { app: 'api' }));
    const look = (...down: boolean[]) =>
      killContainersFault.effect(sketchTopology({ pods: pods.map((pod, nth) => ({ ...pod, down: down[nth] === true })) }), pinned);
    assert.equal((await look(true, false)).seen, false);
    assert.deepEqual(await look(true, true), {
      seen: true,
      what: '0 of 2 api pods at site a count another start of their container, 2 wait for one',
    });
  });

  test('that scales to none is proven when there are none, and gone when the site serves with all', async () => {
    const pinned = await scaleToZeroFault.pin(sketchTopology({ pods }), scaleToZero(a, { app: 'api' }));
    const [first] = pods;
    assert.equal((await scaleToZeroFault.effect(sketchTopology({ pods: first === undefined ? [] : [first] }), pinned)).seen, false);
    assert.equal((await scaleToZeroFault.effect(sketchTopology(), pinned)).seen, true);
    const gone = async (sketch: Parameters<typeof sketchTopology>[0]): Promise<boolean> =>
      (await scaleToZeroFault.gone(sketchTopology(sketch), pinned)).seen;
    assert.deepEqual(
      [
        await gone({ pods }),
        await gone({ pods, unready: ['a'] }),
        await gone({ pods: first === undefined ? [] : [first] }),
        await gone({ wanted: 0 }),
      ],
      [true, false, false, false],
    );
  });

  test('that drains a node is proven when it takes no pods and has none', async () => {
    const pinned = { hosts: ['a1'], paths: [] };
    assert.equal((await drainNodeFault.effect(sketchTopology({ pods, schedulable: false }), pinned)).seen, false);
    assert.equal((await drainNodeFault.effect(sketchTopology({ schedulable: true }), pinned)).seen, false);
    assert.equal((await drainNodeFault.effect(sketchTopology({ schedulable: false }), pinned)).seen, true);
    assert.equal((await drainNodeFault.gone(sketchTopology({ schedulable: false }), pinned)).seen, false);
    assert.equal((await drainNodeFault.gone(sketchTopology(), pinned)).seen, true);
  });
});
