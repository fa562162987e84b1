import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultNamed } from '../../faults/catalogue.ts';
import { goneWithin } from '../../faults/heal.ts';
import { faultIds, headOf, readJournal, type JournalHead, type JournalLine } from '../../faults/journal.ts';
import { monotonicNs, msUntil } from '../../support/clock.ts';
import { HoldfastError, messageOf } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { lockOwner } from '../../support/lock.ts';
import { projectRoot } from '../../support/paths.ts';
import { until } from '../../support/poll.ts';
import { commandLine, descendants, identify, signalProcess, type ProcessIdentity } from '../../support/processes.ts';
import type { Topology } from '../../topology/model.ts';
import { healerAlive } from '../healer.ts';
import type { Cell, Killed } from './cells.ts';
import type { Mechanism } from './mechanisms.ts';
import type { Order } from './victim.ts';

/** Lease of the faults of the matrix where their mechanism says nothing else; s. */
const LEASE_S = 3;
/** Within this time of its lease end a fault must be over, or its start issued where it was off; s. */
const WITHIN_S = 1;
/** The same from the call of a command that heals: its own start takes a second of a core, and several where others share it. */
const BY_HAND_S = 10;

/** What became of one cell. */
export interface Outcome {
  /** from the end of the lease, or from the call of the command that healed, until the lab was seen clean from outside; s */
  seconds: number;
  /** off: until its start was issued, from the same moment; s */
  started?: number;
  /** nothing ended the fault by itself: it took a command */
  byHand: boolean;
}

/** Injects, kills, and looks at what is left; rejects when the lab is not clean in time, or something of ours is left. */
export async function runCell(topology: Topology, cell: Cell): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
  try {
    const spec = await cell.mechanism.spec(topology);
    const known = new Set(faultIds(topology.journalDir));
    const victim = startVictim({ lab: topology.name, spec, lease: `${cell.mechanism.leaseS ?? LEASE_S}s` }, folder);
    let ours: Ours | undefined;
    try {
      ours = await oursUnderLoad(victim);
      const head = await reached(topology, cell, known, victim);
      kill(topology, cell.killed, ours);
      const outcome = await cleaned(topology, cell, head);
      await nothingLeft(topology, head, victim);
      return outcome;
    } finally {
      // a worker that has lost its runner takes up to 30 s to end, and its load with it
      for (const one of Object.values(ours ?? { runner: identify(victim.pid as number) }))
        if (one !== undefined) signalProcess(one, 'SIGKILL');
    }
  } catch (error) {
    throw new HoldfastError(`${messageOf(error)}; the victim said: ${readFileSync(join(folder, 'output.txt'), 'utf8').slice(-1500)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function startVictim(order: Order, folder: string): ChildProcess {
  const output = openSync(join(folder, 'output.txt'), 'w');
  const config = join(projectRoot, 'fixtures/crash/playwright.config.ts');
  const victim = spawn(process.execPath, [join(projectRoot, 'node_modules/@playwright/test/cli.js'), 'test', '-c', config], {
    cwd: projectRoot,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, HOLDFAST_ORDER: JSON.stringify(order), HOLDFAST_OUT: join(folder, 'out') },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return victim;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** The processes of a victim. */
type Ours = Record<'runner' | 'worker' | 'load', ProcessIdentity>;

async function oursUnderLoad(victim: ChildProcess): Promise<Ours> {
  const numbered = (pid: number | undefined): ProcessIdentity | undefined => (pid === undefined ? undefined : identify(pid));
  return until({
    subject: 'victim',
    condition: 'a worker and a load generator',
    timeoutMs: limits.victimStarted,
    intervalMs: 150,
    probe: async () => {
      const all = descendants(victim.pid as number).map((pid) => ({ pid, called: commandLine(pid) }));
      const runner = numbered(victim.pid);
      const worker = numbered(all.find(({ called }) => /workerProcessEntry|processHost/.test(called))?.pid);
      const load = numbered(all.find(({ called }) => /^\S*k6 run /.test(called))?.pid);
      return runner !== undefined && worker !== undefined && load !== undefined && { runner, worker, load };
    },
  });
}

/** Waits until the fault of the victim has come to a state; the journal says so before the victim goes on. */
async function reached({ journalDir }: Topology, { state }: Cell, known: ReadonlySet<string>, victim: ChildProcess): Promise<JournalHead> {
  const awaited = state === 'healing' ? 'verified' : state;
  const lines = await until<JournalLine[] | 'victim ended'>({
    subject: 'fault of the victim',
    condition: awaited,
    timeoutMs: limits.loadStarted + limits.faultEffect,
    intervalMs: 2,
    probe: async () => {
      const id = faultIds(journalDir).find((one) => !known.has(one));
      const own = id === undefined ? [] : readJournal(journalDir, id);
      if (own.some((line) => line.state === awaited)) return own;
      return hasEnded(victim) && 'victim ended';
    },
  });
  if (lines === 'victim ended') throw new HoldfastError(`victim: expected its fault to be ${awaited}, it ended before`);
  const head = headOf(lines);
  if (state === 'healing') await sleep(Math.max(0, msUntil(head.leaseEndNs)));
  return head;
}

function kill(topology: Topology, killed: Killed, { runner, worker, load }: Ours): void {
  // in this order: each is killed with the next one, or ends without it
  const everything = [load, worker, runner];
  const healer = healerAlive(topology);
  const chosen: Record<Killed, (ProcessIdentity | undefined)[]> = {
    runner: [runner],
    load: [load],
    worker: [worker],
    all: everything,
    'all and healer': [...everything, healer],
  };
  for (const one of chosen[killed]) {
    if (one === undefined || !signalProcess(one, 'SIGKILL'))
      throw new HoldfastError(`${killed}: expected live processes to kill, one was gone`);
  }
}

/** Waits for the lease end, lets a command heal where nothing else could, and measures until the lab is clean. */
async function cleaned(topology: Topology, { mechanism, killed }: Cell, head: JournalHead): Promise<Outcome> {
  const byHand = killed === 'all and healer' && !mechanism.endsItself;
  await sleep(Math.max(0, msUntil(head.leaseEndNs)));
  const fromNs = byHand ? monotonicNs() : BigInt(head.leaseEndNs);
  const [seen] = await Promise.all([
    timesSeen(topology, mechanism, { head, fromNs, within: byHand ? BY_HAND_S : WITHIN_S }),
    byHand ? healByHand(topology) : undefined,
  ]);
  return { ...seen, byHand };
}

async function timesSeen(
  topology: Topology,
  { started }: Mechanism,
  { head, fromNs, within }: { head: JournalHead; fromNs: bigint; within: number },
): Promise<Omit<Outcome, 'byHand'>> {
  const seconds = (): number => Math.max(0, Number(monotonicNs() - fromNs) / 1e9);
  const looks = started === undefined ? {} : { started: await looked(`start of ${head.fault}`, within, seconds, () => started(topology)) };
  const fault = faultNamed(head.fault);
  const over = await looked(`end of ${head.fault}`, started === undefined ? within : limits.serviceBack / 1000, seconds, async () => {
    const look = await fault.gone(topology, head.pinned);
    if (!look.seen) throw new HoldfastError(look.what);
    return true;
  });
  return { seconds: over, ...looks };
}

/** Seconds at which a look first saw; an error when that is later than it may be. */
async function looked(what: string, within: number, seconds: () => number, look: () => Promise<boolean>): Promise<number> {
  await until({
    subject: what,
    condition: 'seen',
    timeoutMs: Math.max(0, within - seconds()) * 1000 + limits.faultGone,
    intervalMs: 20,
    probe: look,
  });
  const took = seconds();
  if (took > within) throw new HoldfastError(`${what}: expected within ${within} s, came after ${took.toFixed(2)} s`);
  return took;
}

async function healByHand({ name }: Topology): Promise<void> {
  const command = spawn(process.execPath, [join(projectRoot, 'cli/main.ts'), 'fault', 'heal', '--name', name], {
    cwd: projectRoot,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: 'ignore',
  });
  const code = await new Promise((resolve) => command.once('exit', resolve));
  if (code !== 0) throw new HoldfastError(`"holdfast fault heal" ended with ${String(code)}: expected 0`);
}

/** The victim is at its end, the lab free for the next run, and the journal closed. */
async function nothingLeft(topology: Topology, head: JournalHead, victim: ChildProcess): Promise<void> {
  await until({
    subject: 'victim',
    condition: 'at its end',
    timeoutMs: goneWithin(faultNamed(head.fault)),
    probe: async () => hasEnded(victim),
  });
  await until({
    subject: 'lab',
    condition: 'its lock free',
    timeoutMs: limits.loadStopped,
    probe: async () => lockOwner(topology.lockFile) === undefined,
  });
  const closed = async (): Promise<boolean> => readJournal(topology.journalDir, head.id).some(({ state }) => state === 'gone');
  // no healer knows of a fault whose injector died before it could arm one; nothing was injected, and the next command closes its journal
  const neverArmed = readJournal(topology.journalDir, head.id).length === 1;
  if (neverArmed || healerAlive(topology) === undefined) await healByHand(topology);
  await until({ subject: head.fault, condition: 'its end in the journal', timeoutMs: goneWithin(faultNamed(head.fault)), probe: closed });
}
