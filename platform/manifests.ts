import { createHash } from 'node:crypto';
import type { V1Deployment, V1Namespace, V1PodDisruptionBudget, V1Secret, V1Service } from '@kubernetes/client-node';
import { podTemplate } from './pods.ts';
import { NAMESPACE, SECRET_NAME, type SiteParameters } from './site.ts';

/** Any of the objects that make up a site. */
export type SiteObject = V1Namespace | V1Secret | V1Deployment | V1Service | V1PodDisruptionBudget;

/** All Kubernetes objects of one site, in the order in which to apply them. */
export function siteManifests(parameters: SiteParameters): SiteObject[] {
  return [
    namespace(),
    databaseSecret(parameters),
    apiService(parameters),
    disruptionBudget('api'),
    disruptionBudget('worker'),
    apiDeployment(parameters),
    workerDeployment(parameters),
  ];
}

/** The namespace that holds everything else. */
export function namespace(): V1Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
}

/** The DSNs of the database's read-write and read-only endpoints. */
export function databaseSecret({ databaseRw, databaseRo }: SiteParameters): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: SECRET_NAME, namespace: NAMESPACE },
    type: 'Opaque',
    stringData: { rw: databaseRw, ro: databaseRo },
  };
}

/** The API pods, spread over the site's nodes. */
export function apiDeployment(parameters: SiteParameters): V1Deployment {
  return deployment({ parameters, name: 'api', replicas: parameters.apiReplicas ?? 2 });
}

/** The worker pods. */
export function workerDeployment(parameters: SiteParameters): V1Deployment {
  return deployment({ parameters, name: 'worker', replicas: parameters.workerReplicas ?? 1 });
}

/** The door for the global load balancer: the same port on every node of the site. */
export function apiService({ nodePort = 30080 }: SiteParameters): V1Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'api', namespace: NAMESPACE, labels: { app: 'api' } },
    spec: {
      type: 'NodePort',
      selector: { app: 'api' },
      ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort }],
    },
  };
}

/** A drain takes one pod of a kind at a time, also where there is only one, and is not held up by a broken one. */
export function disruptionBudget(app: 'api' | 'worker'): V1PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: app, namespace: NAMESPACE },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app } }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  };
}

function deployment({
  parameters,
  name,
  replicas,
}: {
  parameters: SiteParameters;
  name: 'api' | 'worker';
  replicas: number;
}): V1Deployment {
  // Pods read the DSNs once: a change of them has to bring new pods.
  const configuration = createHash('sha256').update(`${parameters.databaseRw}\n${parameters.databaseRo}`).digest('hex').slice(0, 16);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: podTemplate({ parameters, name, configuration }),
    },
  };
}
