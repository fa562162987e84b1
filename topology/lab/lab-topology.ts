import { join } from 'node:path';
import { execa } from 'execa';
import { messageOf, UsageError } from '../../support/errors.ts';
import { versions } from '../../toolchain/versions.ts';
import type { Balancer, DaemonEnd, Disk, Host, HostRole, ReferenceState, Router, Site, Topology } from '../model.ts';
import { askFrom } from './ask.ts';
import {
  ALIVE_PORT,
  BALANCER_PORT,
  RUNTIME_PORT,
  backendStates,
  backendWeights,
  directTo,
  requestsServed,
  setSiteDrained,
  setSiteWeight,
} from './balancer.ts';
import { setFrozen } from './cgroups.ts';
import { databaseService, restoreDatabase } from './database-service.ts';
import { diskOf, fillDisk, freeDisk } from './disks.ts';
import { PATRONI_PORT } from './database.ts';
import { STORE_PORT } from './patroni-store.ts';
import { restoreGuard } from './guard.ts';
import { bootHost, daemonsOf, hostState, machineOf, powerOffHost } from './hosts.ts';
import { API_PORT } from './kubernetes.ts';
import { enterCommand, hostEnvironment, machineInit, type Machine } from './machine.ts';
import { impairPaths, impairedPaths, mendPaths } from './impairments.ts';
import { lacking } from './mechanisms.ts';
import { healthCheckUrl, releaseHealthCheck, releasePlatform } from './platform.ts';
import {
  deletePods,
  evictPods,
  isSchedulable,
  killContainers,
  podStates,
  replicasOf,
  restartPods,
  scaleTo,
  setSchedulable,
} from './pods.ts';
import { preparedOf } from './prepared.ts';
import { controlDaemons, daemonExits, daemonNames, daemonProcess, killDaemon, startDaemon } from './services.ts';
import type { PlannedHost } from './shape.ts';
import { applyNodeTimings } from './node-timings.ts';
import { pairPlan } from './site-databases.ts';
import { findLab, nodesOf, plannedHost, sitesOf, writeLab, type Lab } from './store.ts';
import { writeLedger } from './ledger.ts';
import { workplaceOf } from './workplace.ts';
import { allReady, bootMissing, siteServes } from './up.ts';

/** The topology that a lab of this machine offers; a UsageError when there is no such lab. */
export function labTopology(name: string): Topology {
  const lab = findLab(name);
  if (lab === undefined) throw new UsageError(`there is no lab "${name}": "holdfast up --name ${name}" makes one`);
  const hosts = lab.plan.hosts.map((planned) => hostOf(lab, planned));
  const host = (wanted: string): Host => {
    const found = hosts.find(({ name: own }) => own === wanted);
    if (found === undefined)
      throw new UsageError(`unknown host "${wanted}": lab ${name} has ${hosts.map((known) => known.name).join(', ')}`);
    return found;
  };
  const sites = sitesOf(lab).map((site): Site => ({
    name: site,
    nodes: hosts.filter((candidate) => candidate.site === site),
    lack: () =>
      siteServes(lab, site).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      ),
    pods: (app) => podStates(lab, site, app),
    replicas: (app) => replicasOf(lab, site, app),
    scale: (app, replicas) => scaleTo(lab, site, { app, replicas }),
    restart: (app) => restartPods(lab, site, app),
    deletePods: (app, names, graceS) => deletePods(lab, site, { app, names, ...(graceS === undefined ? {} : { graceS }) }),
    evict: (names) => evictPods(lab, site, names),
    killContainers: (app, name) => killContainers(lab, site, { app, name }),
    healthCheckUrls: Object.fromEntries(nodesOf(lab, site).map((node) => [node.name, healthCheckUrl(node)])),
    releaseHealthCheck: (check) => releaseHealthCheck(lab, site, check),
    isSchedulable: (node) => isSchedulable(lab, site, node),
    setSchedulable: (node, schedulable) => setSchedulable(lab, site, { node, schedulable }),
  }));
  return {
    name,
    pattern: lab.record.shape.pattern,
    ...(lab.record.shape.sabotage === undefined ? {} : { sabotage: lab.record.shape.sabotage }),
    sites,
    hosts,
    database: databaseService(lab, host),
    balancer: balancerOf(lab, host),
    router: routerOf(lab),
    client: workplaceOf(lab, host('client'), { k6: '/opt/holdfast/k6' }),
    observer: workplaceOf(lab, host('observer'), { node: '/opt/holdfast/node' }),
    boots: () => bootsOf(lab),
    daemonEnds: (sinceNs) => endsOf(lab, sinceNs),
    runtimeApi: { host: host('glb').address, port: RUNTIME_PORT },
    lockFile: join(lab.dir, 'run.lock'),
    companionsDir: join(lab.dir, 'companions'),
    journalDir: join(lab.dir, 'journal'),
    site: (wanted) => {
      const found = sites.find((candidate) => candidate.name === wanted);
      if (found === undefined)
        throw new UsageError(`unknown site "${wanted}": lab ${name} has ${sites.map((known) => known.name).join(', ')}`);
      return found;
    },
    host,
    lacking: (mechanism) => lacking(lab.dir, mechanism),
    probe: (from, command, timeoutMs) => probe(lab, from, command, timeoutMs),
    ask: (questions, withinMs) => askFrom(lab, (from) => plannedHost(lab, from), { questions, withinMs }),
    writeLedger: (wanted) => writeLedger(lab, wanted),
    runbookPlan: () => {
      if (lab.record.shape.pattern === 'supported') return pairPlan(lab);
      throw new UsageError(
        `lab "${name}" is of the recommended pattern, whose database service changes its leader itself: expected one of the supported pattern`,
      );
    },
    reset: (reference) => reset(lab, reference),
    versions: async () => ({ ...versions }),
  };
}

function hostOf(lab: Lab, planned: PlannedHost): Host {
  const speaker = speakers[planned.role];
  const disk = diskAt(lab, planned);
  return {
    name: planned.name,
    role: planned.role,
    address: planned.address,
    ...(planned.site === undefined ? {} : { site: planned.site }),
    ...(speaker === undefined ? {} : { aliveUrl: aliveUrl(planned, speaker) }),
    ...(disk === undefined ? {} : { disk }),
    state: async () => hostState(lab, planned),
    powerOff: () => powerOffHost(lab, planned),
    boot: () => bootHost(lab, planned, preparedOf(lab)),
    freeze: () => setFrozen(lab.record.name, planned.name, true),
    thaw: () => setFrozen(lab.record.name, planned.name, false),
    daemons: () => daemonNames(machineOf(lab, planned)),
    daemonUrl: (daemon) => daemonUrl(planned, daemon),
    process: (daemon) => daemonProcess(machineOf(lab, planned), daemon),
    control: (daemon, action) => controlDaemon(machineOf(lab, planned), daemon, action),
  };
}

function diskAt(lab: Lab, planned: PlannedHost): Disk | undefined {
  const disk = diskOf(planned);
  if (disk === undefined) return undefined;
  const { at, user } = disk;
  const machine = machineOf(lab, planned);
  return { at, user, fill: () => fillDisk(machine, at), free: () => freeDisk(machine, at) };
}

async function controlDaemon(machine: Machine, daemon: string, action: 'stop' | 'start' | 'kill'): Promise<void> {
  if (action === 'stop') await controlDaemons(machine, 'down', [daemon]);
  else await { kill: killDaemon, start: startDaemon }[action](machine, daemon);
}

/** The daemon that speaks for its host. */
const speakers: Partial<Record<HostRole, string>> = {
  node: 'kubelet',
  database: 'patroni',
  dcs: 'etcd',
  'database-endpoint': 'haproxy',
  'load-balancer': 'haproxy',
};

/** Where the daemon that speaks for its host answers by itself: a member of the store that was cut off says how it does only when it has found the others again, seconds later. */
function aliveUrl(planned: PlannedHost, speaker: string): string | undefined {
  return speaker === 'etcd' ? `${storeUrl(planned)}/version` : daemonUrl(planned, speaker);
}

/** Where daemons that can be asked over the network answer; the etcd of a site listens on its host alone. */
function daemonUrl({ role, address }: PlannedHost, daemon: string): string | undefined {
  const urls: Record<string, string> = {
    kubelet: `https://${address}:10250/healthz`,
    'kube-apiserver': `https://${address}:${API_PORT}/livez`,
    patroni: `http://${address}:${PATRONI_PORT}/liveness`,
    haproxy: `http://${address}:${ALIVE_PORT}/alive`,
    ...(role === 'dcs' ? { etcd: `${storeUrl({ address })}/health` } : {}),
  };
  return urls[daemon];
}

/** A member of the store, for who asks with the lab's certificate: a URL with a user. The port of its health alone outlives its end by seconds. */
function storeUrl({ address }: Pick<PlannedHost, 'address'>): string {
  return `https://lab@${address}:${STORE_PORT}`;
}

function balancerOf(lab: Lab, host: (name: string) => Host): Balancer {
  const own = host('glb');
  return {
    host: own,
    url: `http://${own.address}:${BALANCER_PORT}`,
    requests: () => requestsServed(lab),
    backends: () => backendStates(lab),
    setDrained: (site, drained) => setSiteDrained(lab, site, drained),
    weights: () => backendWeights(lab),
    setWeight: (site, percent) => setSiteWeight(lab, site, percent),
    direct: (site) => directTo(lab, site),
  };
}

function routerOf(lab: Lab): Router {
  return {
    impair: (paths, impairment, ttlMs) => impairPaths(lab, paths, { impairment, ttlMs }),
    mend: (paths, kind) => mendPaths(lab, paths, kind),
    impaired: () => impairedPaths(lab),
  };
}

function bootsOf(lab: Lab): Record<string, string> {
  const running = lab.plan.hosts.flatMap((planned) => {
    const init = machineInit(machineOf(lab, planned));
    return init === undefined ? [] : [[planned.name, String(init)]];
  });
  return Object.fromEntries(running) as Record<string, string>;
}

function endsOf(lab: Lab, sinceNs: bigint): DaemonEnd[] {
  return lab.plan.hosts.flatMap((planned) =>
    daemonExits(machineOf(lab, planned))
      .map(({ atNs, exit, code, signal }) => ({ host: planned.name, daemon: exit, atNs: BigInt(atNs), code, signal }))
      .filter(({ atNs }) => atNs >= sinceNs),
  );
}

async function probe(lab: Lab, from: string, command: string[], timeoutMs: number): Promise<{ exitCode: number; stdout: string }> {
  const [file, ...args] = enterCommand(machineOf(lab, plannedHost(lab, from)), command);
  const result = await execa(file, args, {
    timeout: timeoutMs,
    reject: false,
    stdin: 'ignore',
    env: hostEnvironment,
    extendEnv: false,
  });
  return { exitCode: result.exitCode ?? -1, stdout: result.stdout };
}

async function reset(lab: Lab, reference: ReferenceState): Promise<void> {
  await restoreGuard(lab);
  await mendEverything(lab);
  await bootMissing(lab, preparedOf(lab));
  await route(lab, reference);
  const forwardWrites = reference.writesAtFollower === 'forward';
  if ((lab.record.forwardWrites ?? false) !== forwardWrites) {
    lab.record.forwardWrites = forwardWrites;
    writeLab(lab.record);
  }
  await applyNodeTimings(lab, reference.nodeTimings ?? 'default');
  await Promise.all([restoreDatabase(lab, reference), ...sitesOf(lab).map((site) => releasePlatform(lab, site))]);
  await allReady(lab);
}

async function mendEverything(lab: Lab): Promise<void> {
  const kinds = Map.groupBy(await impairedPaths(lab), ({ kind }) => kind);
  for (const [kind, paths] of kinds) await mendPaths(lab, paths, kind);
}

async function route(lab: Lab, { routing }: ReferenceState): Promise<void> {
  if (lab.record.directed !== undefined) await directTo(lab, undefined);
  if (lab.record.shape.routing === routing) return;
  lab.record.shape.routing = routing;
  writeLab(lab.record);
  const planned = plannedHost(lab, 'glb');
  const machine = machineOf(lab, planned);
  daemonsOf(lab, planned, machine);
  await controlDaemons(machine, 'restart', ['haproxy']);
}
