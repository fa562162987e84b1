import { UsageError } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import type { Disk, Host, Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { all } from './probes.ts';
import { resolveTarget } from './targets.ts';

/** Blocks left for who asks, and what comes of writing a small file. */
const LOOK = 'exec 2>&1; stat -f -c %a "$0"; file=$(mktemp -p "$0") && { head -c 4096 /dev/zero > "$file"; rm "$file"; }';

/** Fills the disk of hosts that have one for their data; what their service itself gives back meanwhile, it may use. */
export function fillDisk(target: Target): FaultSpec {
  return { fault: 'fill-disk', target };
}

export const fillDiskFault: Fault = {
  name: 'fill-disk',
  kind: 'held',
  needs: ['disks'],
  takes: [],
  asked: ({ target }) => fillDisk(target),
  pin: async (topology, spec) => {
    const hosts = await resolveTarget(topology, spec.target);
    for (const host of hosts) diskOf(topology, host);
    return { hosts: hosts.map(({ name }) => name), paths: [] };
  },
  inject: async (topology, { hosts }) => {
    await Promise.all(hosts.map((host) => diskOf(topology, topology.host(host)).fill()));
  },
  heal: async (topology, { hosts }) => {
    await Promise.all(hosts.map((host) => free(topology, topology.host(host))));
  },
  effect: (topology, pinned) => look(topology, pinned, ({ blocks, said }) => blocks === 0 && said.includes('No space left on device')),
  gone: (topology, pinned) => look(topology, pinned, ({ blocks, said }) => blocks > 0 && said === ''),
};

function diskOf(topology: Topology, { name, disk }: Host): Disk {
  if (disk !== undefined) return disk;
  const having = topology.hosts.filter((host) => host.disk !== undefined).map((host) => host.name);
  throw new UsageError(`fill-disk: ${name} has no disk of its own: expected hosts of ${having.join(', ')}`);
}

/** A host that is off keeps its full disk until it is booted, which the healing of another fault may be about to do. */
async function free(topology: Topology, host: Host): Promise<void> {
  await until({
    subject: host.name,
    condition: 'on, so that its disk can be freed',
    timeoutMs: limits.hostBooted,
    intervalMs: 20,
    probe: async () => (await host.state()) !== 'off',
  });
  await diskOf(topology, host).free();
}

/** What a process of the service's user sees of the disk, on each host. */
async function look(topology: Topology, { hosts }: Pinned, holds: (seen: { blocks: number; said: string }) => boolean): Promise<Evidence> {
  const looks = hosts.map(async (host): Promise<Evidence> => {
    const { at, user } = diskOf(topology, topology.host(host));
    const as = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];
    const { stdout } = await topology.probe(host, [...as, 'sh', '-c', LOOK, at], 5_000);
    const [blocks = '', ...rest] = stdout.trim().split('\n');
    const said = rest.join('; ');
    const wrote = said === '' ? 'a small file can be written' : said;
    return {
      seen: blocks !== '' && holds({ blocks: Number(blocks), said }),
      what: `${at} on ${host}: ${blocks} blocks left for ${user}, ${wrote}`,
    };
  });
  return all(await Promise.all(looks));
}
