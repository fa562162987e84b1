import { UsageError } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { all, answeringAt, refusingAt } from './probes.ts';
import { serving } from './serving.ts';
import { describeTarget, resolveTarget } from './targets.ts';

interface DaemonOptions {
  /** program that the hosts supervise, such as "etcd", "kube-apiserver", "haproxy", "patroni" */
  daemon: string;
  allowTotalLoss?: boolean;
}

/** Stops a program in good order wherever the target runs it, and starts it again at lease end. */
export function stopDaemon(target: Target, options: DaemonOptions): FaultSpec {
  return { fault: 'stop-daemon', target, ...options };
}

/** Kills a program (SIGKILL) wherever the target runs it; its supervisor starts it again. */
export function killDaemon(target: Target, options: DaemonOptions): FaultSpec {
  return { fault: 'kill-daemon', target, ...options };
}

export const stopDaemonFault: Fault = {
  name: 'stop-daemon',
  kind: 'off',
  takes: ['daemon', 'allowTotalLoss'],
  asked: ({ target, daemon = '', allowTotalLoss = false }) => stopDaemon(target, { daemon, allowTotalLoss }),
  pin,
  inject: (topology, pinned) => control(topology, pinned, 'stop'),
  heal: (topology, pinned) => control(topology, pinned, 'start'),
  // a program that closes its port first may take seconds to end; one that cannot be asked is known by its supervisor alone
  effect: async (topology, pinned) => {
    const asked = await onEach(topology, pinned, (url, host) => refusingAt(topology, url, host));
    return all(asked.length > 0 ? asked : running(topology, pinned).map(({ pid, ...look }) => ({ ...look, seen: pid === undefined })));
  },
  gone: alive,
};

export const killDaemonFault: Fault = {
  name: 'kill-daemon',
  kind: 'momentary',
  takes: ['daemon', 'allowTotalLoss'],
  asked: ({ target, daemon = '', allowTotalLoss = false }) => killDaemon(target, { daemon, allowTotalLoss }),
  pin,
  inject: (topology, pinned) => control(topology, pinned, 'kill'),
  heal: (topology, pinned) => control(topology, pinned, 'start'),
  effect: anew,
  gone: alive,
};

async function pin(topology: Topology, spec: FaultSpec): Promise<Pinned> {
  const { daemon = '' } = spec;
  const near = await resolveTarget(topology, spec.target);
  const having = near.filter((host) => host.daemons().includes(daemon));
  if (having.length === 0) {
    const known = [...new Set(near.flatMap((host) => host.daemons()))].sort();
    throw new UsageError(
      `${spec.fault}: ${describeTarget(spec.target)} runs no "${daemon}": expected "daemon" to be one of ${known.join(', ')}`,
    );
  }
  const hosts = having.map(({ name }) => name);
  const processes = Object.fromEntries(
    having.flatMap((host) => (host.process(daemon) === undefined ? [] : [[host.name, host.process(daemon) as number]])),
  );
  return { hosts, paths: [], daemon, processes };
}

async function control(topology: Topology, { hosts, daemon = '' }: Pinned, action: 'stop' | 'start' | 'kill'): Promise<void> {
  await Promise.all(hosts.map((host) => topology.host(host).control(daemon, action)));
}

/** Whether the process that was killed is none that runs. */
async function anew(topology: Topology, pinned: Pinned): Promise<Evidence> {
  return all(running(topology, pinned).map(({ host, pid, what }) => ({ seen: pid !== pinned.processes?.[host], what })));
}

/** Whether the program runs everywhere, answers where it can be asked, and what its hosts are there for is done. */
async function alive(topology: Topology, pinned: Pinned): Promise<Evidence> {
  const looks = running(topology, pinned).map(({ pid, ...look }) => ({ ...look, seen: pid !== undefined }));
  const asked = looks.every(({ seen }) => seen) ? await onEach(topology, pinned, (url, host) => answeringAt(topology, url, host)) : [];
  const here = all([...looks, ...asked]);
  return here.seen ? all([here, await serving(topology, pinned)]) : here;
}

/** The program's process on each host, as the supervisor there knows it. */
function running(topology: Topology, { hosts, daemon = '' }: Pinned): { host: string; pid: number | undefined; what: string }[] {
  return hosts.map((host) => {
    const pid = topology.host(host).process(daemon);
    return { host, pid, what: `${daemon} on ${host}: ${pid === undefined ? 'not running' : `process ${pid}`}` };
  });
}

async function onEach(
  topology: Topology,
  { hosts, daemon = '' }: Pinned,
  look: (url: string, host: string) => Promise<Evidence>,
): Promise<Evidence[]> {
  return Promise.all(
    hosts.flatMap((host) => {
      const url = topology.host(host).daemonUrl(daemon);
      return url === undefined ? [] : [look(url, host)];
    }),
  );
}
