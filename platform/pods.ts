import type { V1Container, V1EnvVar, V1PodTemplateSpec, V1Probe, V1TopologySpreadConstraint } from '@kubernetes/client-node';
import { SECRET_NAME, type SiteParameters } from './site.ts';

const PORT = 8080;

// Drain period, then the longest request, then closing; the process ends itself before this.
const GRACE_SECONDS = 10;

const PATHS = {
  api: { ready: '/api/ready', live: '/api/live' },
  worker: { ready: '/ready', live: '/live' },
};

/** Where a pod of the API or of the worker says for itself whether it is ready: the API's takes requests, the worker's has a session with the database. */
export function readinessUrl(name: 'api' | 'worker', podIp: string): string {
  return `http://${podIp}:${PORT}${PATHS[name].ready}`;
}

/** The pod of the API or of the worker: no service account, no root, no shell needed, nothing writable. */
export function podTemplate({
  parameters,
  name,
  configuration,
}: {
  parameters: SiteParameters;
  name: 'api' | 'worker';
  configuration: string;
}): V1PodTemplateSpec {
  return {
    metadata: { labels: { app: name }, annotations: { 'holdfast/configuration': configuration } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      dnsPolicy: 'Default',
      terminationGracePeriodSeconds: GRACE_SECONDS,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001 },
      topologySpreadConstraints: [spreadOverNodes(name)],
      ...(parameters.onlyNode === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': parameters.onlyNode } }),
      containers: [container(parameters, name)],
    },
  };
}

function container(parameters: SiteParameters, name: 'api' | 'worker'): V1Container {
  const { ready, live } = PATHS[name];
  const { slow = 1, readyAfterS = 0 } = parameters;
  return {
    name,
    image: parameters.image,
    imagePullPolicy: 'Never',
    command: ['node', `/app/${name}.js`],
    env: environment(parameters),
    ports: [{ name: 'http', containerPort: PORT }],
    readinessProbe: httpProbe(ready, {
      initialDelaySeconds: readyAfterS,
      periodSeconds: Math.ceil(slow / 2),
      timeoutSeconds: Math.ceil(slow),
      failureThreshold: 3,
    }),
    livenessProbe: httpProbe(live, {
      initialDelaySeconds: Math.ceil(5 * slow),
      periodSeconds: Math.ceil(5 * slow),
      timeoutSeconds: Math.ceil(2 * slow),
      failureThreshold: 3,
    }),
    resources: { requests: { cpu: '50m', memory: '64Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
}

function environment(parameters: SiteParameters): V1EnvVar[] {
  const { site, peers = [], forwardWrites, blindHealthCheck, flappingHealthCheckMs } = parameters;
  return [
    { name: 'HOLDFAST_SITE', value: site },
    { name: 'HOLDFAST_POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'HOLDFAST_NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'DATABASE_RW', valueFrom: { secretKeyRef: { name: SECRET_NAME, key: 'rw' } } },
    { name: 'DATABASE_RO', valueFrom: { secretKeyRef: { name: SECRET_NAME, key: 'ro' } } },
    { name: 'PORT', value: String(PORT) },
    ...(peers.length > 0 ? [{ name: 'PEERS', value: peers.join(' ') }] : []),
    ...(forwardWrites ? [{ name: 'FORWARD_WRITES', value: '1' }] : []),
    ...(blindHealthCheck ? [{ name: 'BLIND_HEALTHCHECK', value: '1' }] : []),
    ...(flappingHealthCheckMs === undefined ? [] : [{ name: 'FLAPPING_HEALTHCHECK', value: String(flappingHealthCheckMs) }]),
    ...Object.entries(parameters.environment ?? {}).map(([name, value]) => ({ name, value })),
  ];
}

function httpProbe(path: string, timing: Omit<V1Probe, 'httpGet'>): V1Probe {
  return { httpGet: { path, port: 'http' }, ...timing };
}

// A node that is down or cordoned does not count, so that its pods may start on the nodes that are left.
function spreadOverNodes(app: string): V1TopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'DoNotSchedule',
    nodeTaintsPolicy: 'Honor',
    labelSelector: { matchLabels: { app } },
    matchLabelKeys: ['pod-template-hash'],
  };
}
