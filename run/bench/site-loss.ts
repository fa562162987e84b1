import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { labTopology } from '../../topology/lab/lab-topology.ts';
import type { Topology } from '../../topology/model.ts';
import type { BenchContext } from './figure.ts';

const reference = { routing: 'active-active', replication: 'strict' } as const;

/** Seconds from the call to the last process of site b gone. */
export async function sitePowerOff({ lab }: BenchContext): Promise<number> {
  const topology = labTopology(lab);
  await topology.reset(reference);
  const start = performance.now();
  await powerOffB(topology);
  return (performance.now() - start) / 1000;
}

/** Seconds from the boot of site b's hosts until every pod of it serves. */
export async function siteBoot({ lab }: BenchContext): Promise<number> {
  const topology = labTopology(lab);
  await topology.reset(reference);
  await powerOffB(topology);
  const start = performance.now();
  const site = topology.site('b');
  await Promise.all(site.nodes.map((node) => node.boot()));
  await until({
    subject: 'site b',
    condition: 'serving',
    timeoutMs: limits.serviceBack,
    intervalMs: 20,
    probe: async () => {
      const lack = await site.lack();
      if (lack !== undefined) throw new Error(lack);
      return true;
    },
  });
  return (performance.now() - start) / 1000;
}

/** Seconds of a reset that finds site b powered off. */
export async function siteReset({ lab }: BenchContext): Promise<number> {
  const topology = labTopology(lab);
  await topology.reset(reference);
  await powerOffB(topology);
  const start = performance.now();
  await topology.reset(reference);
  return (performance.now() - start) / 1000;
}

async function powerOffB(topology: Topology): Promise<void> {
  await Promise.all(topology.site('b').nodes.map((node) => node.powerOff()));
}
