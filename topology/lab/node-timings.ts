import { CoordinationV1Api, CoreV1Api } from '@kubernetes/client-node';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import type { NodeTimings } from '../model.ts';
import { daemonsOf, machineOf } from './hosts.ts';
import { nodeLeaseS } from './kubernetes.ts';
import { controlDaemons } from './services.ts';
import { abortAfter, apiReady, siteConfig } from './site-client.ts';
import { nodesOf, sitesOf, writeLab, type Lab } from './store.ts';

const NAMESPACE = 'kube-node-lease';

/** Sets how soon the sites give a silent node up. Its control plane and every kubelet are started anew where that differs; the pods run on. */
export async function applyNodeTimings(lab: Lab, wanted: NodeTimings): Promise<void> {
  if ((lab.record.nodeTimings ?? 'default') !== wanted) {
    lab.record.nodeTimings = wanted;
    writeLab(lab.record);
  }
  await Promise.all(sitesOf(lab).map((site) => applyTo(lab, site)));
}

/** What is asked of is the leases, not a note: a call that was interrupted is made good by the next one. */
async function applyTo(lab: Lab, site: string): Promise<void> {
  const nodes = nodesOf(lab, site);
  await apiReady(lab, site);
  const before = await lookAt(lab, site);
  if (nodes.every(({ name }) => before.get(name)?.leaseS === nodeLeaseS(lab))) return;
  await Promise.all(
    nodes.map(async (node) => {
      const machine = machineOf(lab, node);
      daemonsOf(lab, node, machine);
      await controlDaemons(machine, 'restart', ['kubelet', ...(node.control === true ? ['kube-controller-manager'] : [])]);
    }),
  );
  await until({
    subject: `site ${site}`,
    condition: `every node Ready anew, with a lease of ${nodeLeaseS(lab)} s`,
    timeoutMs: limits.nodesReady,
    intervalMs: 200,
    hint: `see hosts/${site}*/data/log/kubelet.log in ${lab.dir}`,
    probe: async () => {
      const now = await lookAt(lab, site);
      const isNew = (name: string): boolean => {
        const [node, old] = [now.get(name), before.get(name)];
        return node?.leaseS === nodeLeaseS(lab) && node.ready && node.heardAt !== old?.heardAt;
      };
      return nodes.every(({ name }) => isNew(name));
    },
  });
}

interface NodeLook {
  leaseS: number | undefined;
  heardAt: number | undefined;
  ready: boolean;
}

async function lookAt(lab: Lab, site: string): Promise<Map<string, NodeLook>> {
  const config = siteConfig(lab, site);
  const [nodes, leases] = await Promise.all([
    config.makeApiClient(CoreV1Api).listNode({}, abortAfter(limits.httpProbe)),
    config.makeApiClient(CoordinationV1Api).listNamespacedLease({ namespace: NAMESPACE }, abortAfter(limits.httpProbe)),
  ]);
  const lengths = new Map(leases.items.map(({ metadata, spec }) => [metadata?.name, spec?.leaseDurationSeconds]));
  return new Map(
    nodes.items.map(({ metadata, status }) => {
      const name = metadata?.name ?? '';
      const leaseS = lengths.get(name);
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      const heardAt = ready?.lastHeartbeatTime?.getTime();
      return [name, { leaseS, heardAt, ready: ready?.status === 'True' }];
    }),
  );
}
