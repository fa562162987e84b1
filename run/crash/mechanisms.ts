import { stopDaemon } from '../../faults/daemons.ts';
import { delay } from '../../faults/delay.ts';
import { drainSite } from '../../faults/drain-site.ts';
import type { FaultSpec, Target } from '../../faults/fault.ts';
import { fillDisk } from '../../faults/fill-disk.ts';
import { freeze } from '../../faults/freeze.ts';
import { isolate } from '../../faults/isolate.ts';
import { pauseReplay } from '../../faults/pause-replay.ts';
import { powerOff } from '../../faults/power-off.ts';
import { scaleToZero } from '../../faults/scale-to-zero.ts';
import { surge } from '../../faults/surge.ts';
import { steady } from '../../load/profiles.ts';
import type { Topology } from '../../topology/model.ts';

/** One way in which faults are carried out, with a fault of that kind. Its target serves again within seconds, so that a matrix has an end. */
export interface Mechanism {
  name: string;
  spec: (topology: Topology) => Promise<FaultSpec>;
  /** length of its lease; s, 3 where nothing is said */
  leaseS?: number;
  /** it ends though nothing of ours lives, the healer included */
  endsItself: boolean;
  /** off: whether the start was issued */
  started?: (topology: Topology) => Promise<boolean>;
}

const member: Target = { kind: 'host', name: 'dcs3' };
const siteB: Target = { kind: 'site', name: 'b' };

/** Every mechanism. */
export const MECHANISMS: readonly Mechanism[] = [
  {
    name: 'power',
    spec: async () => powerOff(member),
    endsItself: false,
    started: async (topology) => (await topology.host('dcs3').state()) === 'running',
  },
  { name: 'freezer', spec: async () => freeze(member), endsItself: false },
  { name: 'packet filter', spec: async () => isolate(member, 'database'), endsItself: true },
  { name: 'line', spec: async () => delay(member, 'database', { by: '50ms' }), endsItself: true },
  {
    name: 'supervisor',
    spec: async () => stopDaemon(member, { daemon: 'etcd' }),
    endsItself: false,
    started: async (topology) => topology.host('dcs3').process('etcd') !== undefined,
  },
  {
    name: 'Kubernetes',
    spec: async () => scaleToZero(siteB, { app: 'worker' }),
    endsItself: false,
    started: async (topology) => (await topology.site('b').replicas('worker')) > 0,
  },
  { name: 'load balancer', spec: async () => drainSite(siteB), endsItself: false },
  { name: 'signal', spec: async (topology) => pauseReplay(await someStandby(topology)), endsItself: false },
  { name: 'disk', spec: async () => fillDisk(member), endsItself: false },
  // its clients need up to 2 s before they ask for anything
  {
    name: 'program',
    spec: async () => surge(steady({ writesPerSecond: 20, readsPerSecond: 20 }), { times: 4 }),
    leaseS: 6,
    endsItself: true,
  },
];

async function someStandby(topology: Topology): Promise<Target> {
  const [standby] = await topology.database.standbys();
  if (standby === undefined) throw new Error('expected a standby in a lab at rest, came none: bring the lab up again');
  return { kind: 'host', name: standby.name };
}
