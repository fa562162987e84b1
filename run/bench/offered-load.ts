import { steady } from '../../load/profiles.ts';
import { labTopology } from '../../topology/lab/lab-topology.ts';
import { Run } from '../run.ts';
import type { BenchContext } from './figure.ts';
import { setTimeout as sleep } from 'node:timers/promises';

const WRITES = 400;
const READS = 1600;
const LENGTH_MS = 10_000;

/** Operations a second that were offered beside the running lab with every one in the history; 0 when one was dropped or the run is not whole. */
export async function offeredLoad({ lab }: BenchContext): Promise<number> {
  using run = await Run.open(labTopology(lab), {
    scenario: 'bench: offered load',
    reference: { routing: 'active-active', replication: 'strict' },
  });
  await run.promise({});
  await run.load(steady({ writesPerSecond: WRITES, readsPerSecond: READS, replicaShare: 0.75 }), () => sleep(LENGTH_MS));
  const { availability, verdict, phaseSeconds } = await judged(run);
  return availability.dropped > 0 || verdict === 'inconclusive' ? 0 : availability.offered / phaseSeconds;
}

async function judged(run: Run) {
  const verdict = await run.judge();
  return { availability: verdict.availability, verdict: verdict.verdict, phaseSeconds: run.judgedSeconds };
}
