import { appendFileSync, constants, copyFileSync, existsSync, lstatSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleLoad } from '../load/bundle.ts';
import { k6Command, type SweepOrder } from '../load/k6.ts';
import type { LoadProfile } from '../load/profiles.ts';
import { HoldfastError } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import type { Program, Topology } from '../topology/model.ts';

/** The running load generator. */
export interface Generator {
  /** the history as it grows */
  history: string;
  /** set once it has ended, by itself or not */
  ended: () => string | undefined;
  /** stops it without cutting an operation off, lets it read every acknowledged element once more as `order` says, and gives what went wrong with it, if anything did */
  stop(order?: SweepOrder): Promise<string[]>;
  /** says when a fault took effect, µs since the run's zero: reads ask for what was acknowledged just before */
  struck(at: number): void;
  /** moves the history into the record */
  collect(target: string): void;
}

/** Starts k6 in the client host and waits until operations are recorded. */
export async function startLoad(
  topology: Topology,
  load: { profile: LoadProfile; tag: string; zeroNs: bigint; seed: number },
): Promise<Generator> {
  const { folder, programs } = topology.client;
  const history = join(folder.outside, 'history.jsonl');
  for (const left of ['history.jsonl', 'load.js', 'moments', 'sweep.json']) rmSync(join(folder.outside, left), { force: true });
  await bundleLoad(join(folder.outside, 'load.js'));
  const { file, args, env } = k6Command({
    k6Path: programs.k6 as string,
    scriptFile: `${folder.inside}/load.js`,
    profile: load.profile,
    url: topology.balancer.url,
    run: load.tag,
    historyFile: `${folder.inside}/history.jsonl`,
    momentsFile: `${folder.inside}/moments`,
    sweepFile: `${folder.inside}/sweep.json`,
    zeroNs: load.zeroNs,
    seed: load.seed,
  });
  const program = topology.client.start('k6', file, args, env, { endWithCaller: true });
  let end: string | undefined;
  void program.ended.then(({ code, signal, output }) => {
    end = code === 0 ? 'ended' : `ended with ${code ?? signal}: ${output.slice(-600)}`;
  });
  await until({
    subject: 'load generator',
    condition: 'its first recorded operation',
    timeoutMs: limits.loadStarted,
    intervalMs: 20,
    probe: async () => {
      if (end !== undefined) throw new HoldfastError(`k6 ${end}`);
      return existsSync(history) && statSync(history).size > 0;
    },
  });
  return {
    history,
    ended: () => end,
    stop: (order) => {
      if (order !== undefined) writeFileSync(join(folder.outside, 'sweep.json'), JSON.stringify(order));
      return stopLoad(program, () => end);
    },
    struck: (at) => appendFileSync(join(folder.outside, 'moments'), `${at}\n`),
    collect: (target) => move(history, target),
  };
}

async function stopLoad(program: Program, ended: () => string | undefined): Promise<string[]> {
  const early = ended();
  if (early !== undefined) return [`load generator: ${early} before the run was over`];
  await program.signal('TERM');
  const end = await Promise.race([program.ended, sleep(limits.loadStopped, undefined, { ref: false })]);
  if (end === undefined) {
    await program.signal('KILL');
    return [`load generator: did not end within ${limits.loadStopped} ms of being told to`];
  }
  return end.code === 0 ? [] : [`load generator: ended with ${end.code ?? end.signal}: ${end.output.slice(-600)}`];
}

function move(from: string, to: string): void {
  if (!existsSync(from)) return;
  try {
    renameSync(from, to);
  } catch {
    // the client's disk is another's
    if (!lstatSync(from).isFile()) throw new HoldfastError(`${from}: expected the history, an ordinary file`);
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    rmSync(from);
  }
}
