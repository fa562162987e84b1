import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  Observable,
  PatchStrategy,
  type ConfigurationOptions,
  type KubernetesObject,
  type ObservableMiddleware,
  type V1Pod,
} from '@kubernetes/client-node';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { apiAddress } from './kubernetes.ts';
import type { Lab } from './store.ts';

export const NAMESPACE = 'mintpress';

/** A client configuration for one site's API server, as its administrator. */
export function siteConfig(lab: Lab, site: string): KubeConfig {
  const config = new KubeConfig();
  // client-node caches credentials by user name: distinct names keep the sites apart
  const name = `${lab.record.name}-${site}-${lab.record.createdAt}`;
  config.loadFromOptions({
    clusters: [{ name, server: apiAddress(lab, site), skipTLSVerify: true }],
    users: [{ name, token: lab.secrets.admin }],
    contexts: [{ name, cluster: name, user: name }],
    currentContext: name,
  });
  return config;
}

/** Waits until a site's API server is ready to take objects. */
export async function apiReady(lab: Lab, site: string): Promise<void> {
  const core = siteConfig(lab, site).makeApiClient(CoreV1Api);
  await until({
    subject: `site ${site}`,
    condition: 'API server ready',
    timeoutMs: limits.apiReady,
    probe: async () => {
      await core.readNamespace({ name: 'default' }, abortAfter(limits.httpProbe));
      return true;
    },
  });
}

/** Applies objects declaratively (server-side apply), in order. */
export async function applyObjects(lab: Lab, site: string, objects: readonly KubernetesObject[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(siteConfig(lab, site));
  for (const object of objects) {
    await until({
      subject: `site ${site}`,
      condition: `${object.kind} ${object.metadata?.name} applied`,
      timeoutMs: limits.apiReady,
      intervalMs: 200,
      probe: async () => {
        await api.patch(object, undefined, undefined, 'holdfast', true, PatchStrategy.ServerSideApply);
        return true;
      },
    });
  }
}

/** Names of a site's nodes that report Ready. */
export async function readyNodes(lab: Lab, site: string): Promise<string[]> {
  const core = siteConfig(lab, site).makeApiClient(CoreV1Api);
  const { items } = await core.listNode({}, abortAfter(limits.httpProbe));
  const ready = items.filter((node) => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'));
  return ready.flatMap((node) => node.metadata?.name ?? []);
}

/** Pods of the platform at a site that are not being deleted. */
export async function platformPods(lab: Lab, site: string): Promise<V1Pod[]> {
  return (await allPods(lab, site)).filter((pod) => pod.metadata?.deletionTimestamp === undefined);
}

/** Names of those that are being deleted, and may answer still. */
export async function endingPods(lab: Lab, site: string): Promise<string[]> {
  const ending = (await allPods(lab, site)).filter((pod) => pod.metadata?.deletionTimestamp !== undefined);
  return ending.flatMap((pod) => pod.metadata?.name ?? []);
}

/** Pods of the platform at a site, or of another namespace, those that are being deleted included. */
export async function allPods(lab: Lab, site: string, namespace = NAMESPACE): Promise<V1Pod[]> {
  const core = siteConfig(lab, site).makeApiClient(CoreV1Api);
  return (await core.listNamespacedPod({ namespace }, abortAfter(limits.httpProbe))).items;
}

/** Pods that the site's Deployments ask for; throws while one of them has yet to bring the pods that it describes. */
export async function wantedPods(lab: Lab, site: string): Promise<number> {
  const apps = siteConfig(lab, site).makeApiClient(AppsV1Api);
  const { items } = await apps.listNamespacedDeployment({ namespace: NAMESPACE }, abortAfter(limits.httpProbe));
  for (const { metadata, spec, status } of items) {
    const { updatedReplicas = 0, observedGeneration } = status ?? {};
    if (observedGeneration !== metadata?.generation || updatedReplicas !== spec?.replicas)
      throw new Error(`${metadata?.name} is being rolled out: ${updatedReplicas} of ${spec?.replicas} pods are as it describes`);
  }
  return items.reduce((sum, deployment) => sum + (deployment.spec?.replicas ?? 0), 0);
}

/** client-node's calls hang on a partition without an error: every one gets a deadline. */
export function abortAfter(ms: number): ConfigurationOptions {
  const deadline: ObservableMiddleware = {
    pre: (context) => {
      context.setSignal(AbortSignal.timeout(ms));
      return new Observable(Promise.resolve(context));
    },
    post: (context) => new Observable(Promise.resolve(context)),
  };
  return { middleware: [deadline], middlewareMergeStrategy: 'append' };
}
