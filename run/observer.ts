import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { RecordWriter } from '../record/writer.ts';
import type { Observation } from '../record/format.ts';
import { HoldfastError } from '../support/errors.ts';
import { readOrdinary } from '../support/files.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import type { Program, Topology } from '../topology/model.ts';
import type { ObserverSettings } from './observer-main.ts';

const INTERVAL_MS = 100;

/** The observer of a run: looks at every copy and every backend ten times a second, from a host of its own. */
export interface Observer {
  /** ends it and gives what went wrong with it, if anything did */
  stop(): Promise<string[]>;
  /** appends its samples to the record */
  collect(writer: RecordWriter): number;
}

/** Starts the observer and waits for its first sample. */
export async function startObserver(topology: Topology, zeroNs: bigint): Promise<Observer> {
  const { folder, programs } = topology.observer;
  const file = join(folder.outside, 'observations.jsonl');
  // the host's disk outlives its power-off: samples of an earlier run must not become this one's
  rmSync(file, { force: true });
  await bundleObserver(join(folder.outside, 'observer.cjs'));
  const settings: ObserverSettings = {
    zeroNs: String(zeroNs),
    file: `${folder.inside}/observations.jsonl`,
    copies: Object.fromEntries(topology.database.hosts.map(({ name }) => [name, topology.database.dsn(name)])),
    runtimeApi: topology.runtimeApi,
    intervalMs: INTERVAL_MS,
  };
  const env = { HOLDFAST_OBSERVE: JSON.stringify(settings) };
  const program = topology.observer.start('observer', programs.node as string, [`${folder.inside}/observer.cjs`], env, {
    endWithCaller: true,
  });
  await until({
    subject: 'observer',
    condition: 'its first samples',
    timeoutMs: limits.loadStarted,
    probe: async () => existsSync(file) && readFileSync(file, 'utf8').split('\n').length > topology.database.hosts.length,
  });
  return { stop: () => stopObserver(program), collect: (writer) => collect(file, writer) };
}

async function bundleObserver(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'observer-main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['pg-native'],
    logLevel: 'error',
  });
}

async function stopObserver(program: Program): Promise<string[]> {
  await program.signal('TERM');
  const end = await Promise.race([program.ended, sleep(limits.loadStopped, undefined, { ref: false })]);
  if (end === undefined) {
    await program.signal('KILL');
    return [`observer: did not end within ${limits.loadStopped} ms of being told to`];
  }
  return end.code === 0 ? [] : [`observer: ended early with ${end.code ?? end.signal}: ${end.output.slice(-300)}`];
}

function collect(file: string, writer: RecordWriter): number {
  const text = readOrdinary(file);
  // a sample cut by a killed observer is no sample
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean);
  for (const line of lines) {
    try {
      writer.observe(JSON.parse(line) as Observation);
    } catch (error) {
      throw new HoldfastError(`observation "${line.slice(0, 200)}" does not fit the record format`, { cause: error });
    }
  }
  return lines.length;
}
