import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { steady } from '../../load/profiles.ts';
import { microsSince, monotonicNs } from '../../support/clock.ts';
import { HoldfastError } from '../../support/errors.ts';
import { labTopology } from '../../topology/lab/lab-topology.ts';
import { startLoad } from '../generator.ts';
import type { BenchContext } from './figure.ts';

const WRITES = 400;
const READS = 1600;
/** Clients enough for every request to run into its timeout: how many the platform answers on these cores is not the question. */
const CLIENTS = 8_000;
const SETTLE_MS = 3_000;
const LENGTH_S = 10;

type Line = { op: string; due?: number; lines?: number };

/** Operations a second that were offered beside the running lab with every one in the history, answered or not; 0 when one was dropped. Throws when the history is not whole. */
export async function offeredLoad({ lab }: BenchContext): Promise<number> {
  const topology = labTopology(lab);
  await topology.client.powerOff();
  await topology.reset({ routing: 'active-active', replication: 'strict' });
  const zeroNs = monotonicNs();
  const profile = { ...steady({ writesPerSecond: WRITES, readsPerSecond: READS, replicaShare: 0.75 }), maxClients: CLIENTS };
  const generator = await startLoad(topology, { profile, tag: `bench${randomBytes(4).toString('hex')}`, zeroNs, seed: 1 });
  await sleep(SETTLE_MS);
  const from = microsSince(zeroNs);
  const to = from + LENGTH_S * 1e6;
  await sleep(LENGTH_S * 1000);
  const troubles = await generator.stop();
  const lines = readFileSync(generator.history, 'utf8').trimEnd().split('\n');
  rmSync(generator.history);
  const end = JSON.parse(lines.pop() ?? '{}') as Line;
  if (troubles.length > 0 || end.op !== 'end' || end.lines !== lines.length) {
    throw new HoldfastError(
      `offered load: expected a whole history, came ${lines.length} lines that end with "${end.op}"; ${troubles.join('; ')}`,
    );
  }
  const due = lines.map((line) => JSON.parse(line) as Line).filter((line) => line.due !== undefined && line.due >= from && line.due < to);
  return due.some(({ op }) => op === 'dropped') ? 0 : Math.round(due.length / LENGTH_S);
}
