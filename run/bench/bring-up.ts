import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { tearDown } from '../../topology/lab/down.ts';
import { bringUp, bringUpSites } from '../../topology/lab/up.ts';
import { labTopology } from '../../topology/lab/lab-topology.ts';
import type { LabShape } from '../../topology/lab/shape.ts';
import type { BenchContext } from './figure.ts';

const silent = (): void => undefined;
/** The kernel takes the namespaces of the lab before apart in the background; beside that a machine is not one with nothing on it. */
const DISMANTLED_MS = 3_000;

/** Seconds from nothing to two one-node sites Ready. */
export async function nodesReady({ scratch }: BenchContext): Promise<number> {
  return timed(scratch, () => bringUpSites({ name: scratch, shape: { sites: 2, nodes: 1 } }, silent));
}

/** Seconds from nothing to a write acknowledged through the load balancer of a default lab of that pattern. */
export async function labServing({ scratch }: BenchContext, pattern: LabShape['pattern'] = 'recommended'): Promise<number> {
  return timed(scratch, async () => {
    await bringUp({ name: scratch, shape: { pattern } }, silent);
    const { url } = labTopology(scratch).balancer;
    await until({
      subject: 'load balancer',
      condition: 'a write acknowledged',
      timeoutMs: limits.backendsUp,
      probe: async () => {
        const body = JSON.stringify({ id: `bench-${Date.now()}`, run: 'bench' });
        const answer = await fetch(`${url}/api/changes`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          signal: AbortSignal.timeout(limits.httpProbe),
        });
        return answer.status === 201;
      },
    });
  });
}

async function timed(scratch: string, work: () => Promise<unknown>): Promise<number> {
  await tearDown(scratch);
  await sleep(DISMANTLED_MS);
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
