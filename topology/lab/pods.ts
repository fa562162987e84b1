import {
  AppsV1Api,
  CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  type ConfigurationOptions,
  type V1ContainerStatus,
} from '@kubernetes/client-node';
import { DATABASE_APP, DATABASE_NAMESPACE } from '../../platform/site-database.ts';
import { messageOf } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import type { PodState } from '../model.ts';
import { machineOf } from './hosts.ts';
import { runIn } from './machine.ts';
import { abortAfter, allPods, NAMESPACE, siteConfig } from './site-client.ts';
import type { Lab } from './store.ts';

/** The pods of one kind at a site: of the platform, or of the database that it may have. */
export async function podStates(lab: Lab, site: string, app: string): Promise<PodState[]> {
  const pods = await allPods(lab, site, namespaceOf(app));
  return pods
    .filter((pod) => pod.metadata?.labels?.['app'] === app)
    .map((pod) => ({
      name: pod.metadata?.name ?? '',
      uid: pod.metadata?.uid ?? '',
      node: pod.spec?.nodeName ?? '',
      ending: pod.metadata?.deletionTimestamp !== undefined,
      restarts: restartsOf(pod.status?.containerStatuses ?? []),
      down: (pod.status?.containerStatuses ?? []).some(({ state }) => state?.running === undefined),
    }));
}

/** The pods of a site's database, its setup included, as they stand: what each waits for, what it said last, and what the site warns of. */
export async function databasePodsInWords(lab: Lab, site: string): Promise<string> {
  const core = siteConfig(lab, site).makeApiClient(CoreV1Api);
  const [pods, events] = await Promise.all([
    allPods(lab, site, DATABASE_NAMESPACE),
    core.listNamespacedEvent({ namespace: DATABASE_NAMESPACE, fieldSelector: 'type=Warning' }, deadline()),
  ]);
  const told = await Promise.all(
    pods.map(async ({ metadata, status }) => {
      const name = metadata?.name ?? '';
      const log = await core
        .readNamespacedPodLog({ namespace: DATABASE_NAMESPACE, name, tailLines: 1 }, deadline())
        .catch((error: unknown) => `no log: ${messageOf(error)}`);
      const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
      const waits = containers.flatMap(({ state }) => state?.waiting?.reason ?? []);
      return `${name} ${[status?.phase, ...waits].join(' ')}, ${restartsOf(containers)} restarts, last line ${JSON.stringify(log.trim())}`;
    }),
  );
  const warnings = events.items.map(({ involvedObject, reason, message }) => `${involvedObject.name} ${reason}: ${message}`);
  return `site ${site}: ${[...told, ...warnings].join('; ') || 'no pod'}`;
}

/** Deletes pods of one kind; a grace of 0 s kills their processes at once. */
export async function deletePods(
  lab: Lab,
  site: string,
  { app, names, graceS }: { app: string; names: readonly string[]; graceS?: number },
): Promise<void> {
  const core = siteConfig(lab, site).makeApiClient(CoreV1Api);
  const grace = graceS === undefined ? {} : { gracePeriodSeconds: graceS };
  await Promise.all(names.map((name) => core.deleteNamespacedPod({ namespace: namespaceOf(app), name, ...grace }, deadline())));
}

/** Evicts pods, as a drain does: their disruption budget is kept, and a refusal for its sake is an error. */
export async function evictPods(lab: Lab, site: string, names: readonly string[]): Promise<void> {
  const core = siteConfig(lab, site).makeApiClient(CoreV1Api);
  for (const name of names) {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } };
    await core.createNamespacedPodEviction({ namespace: NAMESPACE, name, body }, deadline());
  }
}

/** Pods that a Deployment asks for, or the StatefulSet of a site's database. */
export async function replicasOf(lab: Lab, site: string, app: string): Promise<number> {
  const apps = siteConfig(lab, site).makeApiClient(AppsV1Api);
  const asked = { namespace: namespaceOf(app), name: app };
  const { spec } = await (app === DATABASE_APP
    ? apps.readNamespacedStatefulSet(asked, deadline())
    : apps.readNamespacedDeployment(asked, deadline()));
  return spec?.replicas ?? 0;
}

/** Changes how many pods are asked for. */
export async function scaleTo(lab: Lab, site: string, { app, replicas }: { app: string; replicas: number }): Promise<void> {
  await patchWorkload(lab, site, { app, body: { spec: { replicas } } });
}

/** Replaces the pods of a Deployment one after the other, as `kubectl rollout restart` does. */
export async function restartPods(lab: Lab, site: string, app: string): Promise<void> {
  const annotations = { 'holdfast/restarted-at': new Date().toISOString() };
  await patchWorkload(lab, site, { app, body: { spec: { template: { metadata: { annotations } } } } });
}

/** Lets a node take pods, or not. */
export async function setSchedulable(lab: Lab, site: string, { node, schedulable }: { node: string; schedulable: boolean }): Promise<void> {
  const core = siteConfig(lab, site).makeApiClient(CoreV1Api);
  await core.patchNode({ name: node, body: { spec: { unschedulable: !schedulable } } }, patching());
}

/** Whether a node takes pods. */
export async function isSchedulable(lab: Lab, site: string, node: string): Promise<boolean> {
  const core = siteConfig(lab, site).makeApiClient(CoreV1Api);
  return (await core.readNode({ name: node }, deadline())).spec?.unschedulable !== true;
}

/** Kills the programs of a pod's containers (SIGKILL) on its node; the kubelet starts them again. */
export async function killContainers(lab: Lab, site: string, { app, name }: { app: string; name: string }): Promise<void> {
  const pod = (await allPods(lab, site, namespaceOf(app))).find(({ metadata }) => metadata?.name === name);
  const node = lab.plan.hosts.find((host) => host.name === pod?.spec?.nodeName);
  if (pod?.metadata?.uid === undefined || node === undefined) throw new Error(`no pod ${name} at site ${site}`);
  // a container's group carries its pod's uid; the pause process holds the pod's network and is no container of it
  const script =
    'for p in /proc/[0-9]*; do grep -qs "$0" $p/cgroup && [ "$(cat $p/comm)" != pause ] && kill -KILL "$(basename $p)"; done; true';
  await runIn(machineOf(lab, node), ['sh', '-c', script, pod.metadata.uid]);
}

async function patchWorkload(lab: Lab, site: string, { app, body }: { app: string; body: object }): Promise<void> {
  const apps = siteConfig(lab, site).makeApiClient(AppsV1Api);
  const patch = { namespace: namespaceOf(app), name: app, body };
  await (app === DATABASE_APP ? apps.patchNamespacedStatefulSet(patch, patching()) : apps.patchNamespacedDeployment(patch, patching()));
}

function restartsOf(containers: readonly V1ContainerStatus[]): number {
  return containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function namespaceOf(app: string): string {
  return app === DATABASE_APP ? DATABASE_NAMESPACE : NAMESPACE;
}

function deadline(): ConfigurationOptions {
  return abortAfter(limits.httpProbe);
}

function patching(): ConfigurationOptions {
  return setHeaderOptions('Content-Type', PatchStrategy.MergePatch, deadline());
}
