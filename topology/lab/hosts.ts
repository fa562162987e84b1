import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../support/limits.ts';
import { takeLock } from '../../support/lock.ts';
import { until } from '../../support/poll.ts';
import type { HostRole, HostState } from '../model.ts';
import { balancerDaemons, detourDaemons, endpointDaemons } from './balancer.ts';
import { isFrozen, weighHost } from './cgroups.ts';
import { DATA_DIR, databaseDaemons, dcsDaemons, detourOf } from './database.ts';
import { diskOf } from './disks.ts';
import { cloneImageStore } from './image-store.ts';
import { kubeletDemands, nodeDaemons } from './kubernetes.ts';
import { bootMachine, killMachine, machineInit, makeDisk, type Machine } from './machine.ts';
import { attachHost, detachHost, hostNamespace, pluggedHosts, unplugHost } from './network.ts';
import { pgbackrestDaemon, repositoryConfig } from './pgbackrest.ts';
import type { Prepared } from './prepare.ts';
import { writeServices, type Daemon } from './services.ts';
import type { PlannedHost } from './shape.ts';
import type { Lab } from './store.ts';

/**
 * Shares of the CPU. On few cores a busy site must not starve those who balance or store, nor a booting site a serving one: in the field they
 * have machines of their own. A node counts as booting until it is sent requests. Those who measure come before all: a load generator that waits
 * for the CPU (at 8 of 40 shares, calls began 2 s late) measures itself.
 */
const shares = { measuring: 32, other: 8, servingNode: 4, bootingNode: 0.25 } as const;

const shareOf = (role: HostRole): number =>
  role === 'node' ? shares.bootingNode : role === 'client' || role === 'observer' ? shares.measuring : shares.other;

/** The machine behind a planned host. */
export function machineOf(lab: Lab, host: PlannedHost, prepared?: Prepared): Machine {
  const dir = join(lab.dir, 'hosts', host.name);
  const machine: Machine = {
    lab: lab.record.name,
    name: host.name,
    dir,
    image: prepared?.hostRoot ?? '',
    tools: prepared === undefined ? {} : toolsOf(host, prepared),
    address: host.address,
    network: hostNamespace(lab.record.name, host.name),
    weight: shareOf(host.role),
    ...(host.role === 'node' ? { shown: kubeletDemands } : {}),
  };
  const disk = diskOf(host);
  return disk === undefined ? machine : { ...machine, disk: { ...disk, image: join(dir, 'disk.img') } };
}

/** Boots a host on its disks, making them at the first time; a host that runs is left alone, one whose power-off was begun and not ended is booted anew. */
export async function bootHost(lab: Lab, host: PlannedHost, prepared: Prepared): Promise<void> {
  const machine = machineOf(lab, host, prepared);
  using _alone = await atTheSwitch(machine);
  if (machineInit(machine) !== undefined && (await pluggedHosts(lab.record.name)).has(host.name)) return;
  await killMachine(machine);
  const disks = makeDisks(host, machine, prepared);
  await attachHost(lab, host);
  writeServices(machine, daemonsOf(lab, host, machine));
  await disks;
  await bootMachine(machine);
}

/** Gives nodes that serve their full share of the CPU. */
export function shareAsServing(lab: Lab, nodes: readonly PlannedHost[]): void {
  for (const { name } of nodes) weighHost(lab.record.name, name, shares.servingNode);
}

/** Power-off: the cable first, so that no dying process is heard, then every process. */
export async function powerOffHost(lab: Lab, host: PlannedHost): Promise<void> {
  const machine = machineOf(lab, host);
  using _alone = await atTheSwitch(machine);
  await unplugHost(lab.record.name, host.name);
  await killMachine(machine);
  await detachHost(lab.record.name, host.name);
}

/** One at a time: a healer may boot a host that its injector is still turning off and on. */
function atTheSwitch({ dir, name }: Machine): Promise<Disposable> {
  return until({
    subject: `host ${name}`,
    condition: 'nobody else turning it on or off',
    timeoutMs: limits.hostBooted + limits.hostGone,
    intervalMs: 5,
    probe: async () => takeLock(join(dir, 'switch.lock'), `turning ${name} on or off`),
  });
}

export function hostState(lab: Lab, host: PlannedHost): HostState {
  if (machineInit(machineOf(lab, host)) === undefined) return 'off';
  return isFrozen(lab.record.name, host.name) ? 'frozen' : 'running';
}

/** The daemons that a host supervises; writes their configuration. */
export function daemonsOf(lab: Lab, host: PlannedHost, machine: Machine): Daemon[] {
  switch (host.role) {
    case 'node':
      return [...nodeDaemons(lab, host, machine), ...(detourOf(lab)?.name === host.name ? detourDaemons(lab, host, machine) : [])];
    case 'dcs':
      return dcsDaemons(lab, host, machine);
    case 'database':
      return databaseDaemons(lab, host, machine);
    case 'backup':
      return [pgbackrestDaemon(lab, machine, repositoryConfig(lab, host, DATA_DIR))];
    case 'database-endpoint':
      return endpointDaemons(lab, host, machine);
    case 'load-balancer':
      return balancerDaemons(lab, host, machine);
    default:
      return [];
  }
}

function toolsOf(host: PlannedHost, prepared: Prepared): Record<string, string> {
  switch (host.role) {
    case 'node':
      return { etcd: prepared.tools.etcd, kubernetes: prepared.tools.kubernetes };
    case 'dcs':
      return { etcd: prepared.tools.etcd };
    case 'client':
      return { k6: prepared.tools.k6 };
    case 'observer':
      return { node: prepared.node };
    default:
      return {};
  }
}

async function makeDisks(host: PlannedHost, machine: Machine, prepared: Prepared): Promise<void> {
  if (machine.disk !== undefined) await makeDisk(machine.disk);
  const images = join(machine.dir, 'data/containerd');
  if (host.role !== 'node' || existsSync(images)) return;
  mkdirSync(join(machine.dir, 'data'), { recursive: true });
  await cloneImageStore(prepared.store, images);
}
