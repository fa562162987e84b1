import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicNs, msUntil } from '../support/clock.ts';
import { DeadlineError, HoldfastError, MachineError, messageOf } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';
import { faultNamed } from './catalogue.ts';
import type { Evidence, Fault, FaultSpec, Pinned } from './fault.ts';
import { append, openJournal, readJournal, type JournalHead, type JournalLine } from './journal.ts';
import { healerFiles } from './healer.ts';
import { goneWithin, statesOf } from './heal.ts';
import { checkAllowed, describeTarget } from './targets.ts';

/** Looks at whether a fault lasts: rarely enough to cost nothing, and once more at once where it does not; the last shortly before its lease ends. */
const LOOK_MS = 1_000;
const SECOND_LOOK_MS = 100;
const LAST_LOOK_MS = 300;
/** Waiting for the moment of a fault takes no more of its lease than this. */
const MOMENT_SHARE = 0.25;

export interface Injection {
  topology: Topology;
  spec: FaultSpec;
  leaseMs: number;
  run?: string;
  /** pause between arming and injecting: the journal's sync to disk and the probes hold up commits for tens of ms, and the last moment before a fault must show what the fault did */
  settleMs?: number;
  /** waits, no longer than so many ms, for the moment to inject in */
  moment?: (withinMs: number) => Promise<void>;
  /** makes sure that a healer of this lab lives */
  startHealer: () => Promise<void>;
}

/** A fault that was injected and proven; `gone` ends when its end is proven too. */
export interface ActiveFault {
  head: JournalHead;
  gone(): Promise<JournalLine[]>;
}

/** Steady before, armed, injected, proven. Throws when the steady state or the effect cannot be shown; the lease ends the fault all the same. */
export async function injectFault(injection: Injection): Promise<ActiveFault> {
  const { topology, spec, leaseMs, settleMs = 0 } = injection;
  const fault = faultNamed(spec.fault);
  const { pinned, target, steady } = await admitted(topology, spec).catch((error: unknown) => {
    throw new RefusedError(error);
  });
  // a lease is the fault's time, not that of the start of its healer
  await injection.startHealer();
  const leaseEndNs = (monotonicNs() + BigInt(Math.round((settleMs + leaseMs) * 1e6))).toString();
  const head = openJournal(
    topology.journalDir,
    {
      fault: fault.name,
      kind: fault.kind,
      target: otherEnd(spec, target),
      pinned,
      leaseEndNs,
      ...(injection.run === undefined ? {} : { run: injection.run }),
    },
    steady.what,
  );
  await armHealer(injection, head);
  await sleep(settleMs);
  await injection.moment?.(leaseMs * MOMENT_SHARE);
  const began = monotonicNs();
  await withinLease(injection, head, () => fault.inject(topology, pinned, msUntil(head.leaseEndNs, began)));
  append(topology.journalDir, head, 'applied', 'the verb returned', { beganNs: began.toString() });
  const evidence = await until({
    subject: `${spec.fault} on ${target}`,
    condition: 'its effect, seen from another host',
    // what is over at once may take its time to show; what lasts must show while it does
    timeoutMs: fault.kind === 'momentary' ? limits.faultEffect : Math.min(limits.faultEffect, leaseMs),
    intervalMs: 10,
    probe: async () => {
      const look = await fault.effect(topology, pinned);
      if (!look.seen) throw new Error(look.what);
      return look;
    },
  });
  append(topology.journalDir, head, 'verified', evidence.what);
  return { head, gone: () => waitGone(injection, head) };
}

/** A fault that was refused: nothing was done, and no journal knows of it. */
export class RefusedError extends HoldfastError {
  constructor(reason: unknown) {
    super(messageOf(reason), { ...(reason instanceof HoldfastError ? { exitCode: reason.exitCode } : {}) });
  }
}

/** What a fault falls on and the steady state before it; throws where it may not be injected, or not now. */
async function admitted(topology: Topology, spec: FaultSpec): Promise<{ pinned: Pinned; target: string; steady: Evidence }> {
  const fault = faultNamed(spec.fault);
  refuseLacking(topology, fault);
  const pinned = await fault.pin(topology, spec);
  const target = `${describeTarget(spec.target)}${pinned.hosts.join(',') === describeTarget(spec.target) ? '' : ` (${pinned.hosts.join(', ')})`}`;
  const hit = pinned.hosts.map((host) => topology.host(host));
  const [steady] = await Promise.all([steadyState(topology, fault, pinned), checkAllowed(topology, spec, hit)]);
  if (!steady.seen) throw new HoldfastError(`${spec.fault} on ${target}: expected a steady state before the fault; ${steady.what}`);
  return { pinned, target, steady };
}

/** The steady state before a fault, or the last look of those that did not show it: a daemon that answers late on busy processors is steady, one that stays silent is not. */
async function steadyState(topology: Topology, fault: Fault, pinned: Pinned): Promise<Evidence> {
  let last: Evidence = { seen: false, what: 'nothing is known' };
  const probe = async (): Promise<Evidence | false> => {
    last = await (fault.steady?.(topology, pinned) ?? fault.gone(topology, pinned));
    return last.seen && last;
  };
  const wait = { subject: fault.name, condition: 'a steady state', timeoutMs: limits.steady, probe };
  return until(wait).catch((error: unknown) => {
    if (error instanceof DeadlineError) return last;
    throw error;
  });
}

/** Refuses a fault whose mechanism this machine does not have; skipped silently it would look like one that was survived. */
export function refuseLacking(topology: Topology, { name, needs = [] }: Fault): void {
  for (const mechanism of needs) {
    const lacks = topology.lacking(mechanism);
    if (lacks !== undefined) throw new MachineError(`${name} is refused: this machine lacks its mechanism, ${mechanism}: ${lacks}`);
  }
}

/** Carries a fault out, unless its lease has ended before; one that came too late for its healer is ended here. */
async function withinLease({ topology }: Injection, head: JournalHead, carryOut: () => Promise<void>): Promise<void> {
  const late = (): boolean => head.kind !== 'momentary' && msUntil(head.leaseEndNs) <= 0;
  const tooLate = new HoldfastError(
    `${head.fault} on ${head.target}: expected to be injected within its lease; the lease ended first: give it more time, or the machine less to do`,
  );
  if (late()) throw tooLate;
  await carryOut().catch((error: unknown) => {
    // its injector lives on, and nobody must wait for it
    if (head.kind === 'momentary') append(topology.journalDir, head, 'healed', `the verb failed: ${messageOf(error)}`);
    throw error;
  });
  if (!late()) return;
  await faultNamed(head.fault).heal(topology, head.pinned);
  throw tooLate;
}

async function waitGone(injection: Injection, head: JournalHead): Promise<JournalLine[]> {
  const { topology, leaseMs, startHealer } = injection;
  const fault = faultNamed(head.fault);
  const leftMs = Math.max(0, msUntil(head.leaseEndNs));
  const watched = watchLasting(injection, head);
  const lines = await until({
    subject: `${head.fault} on ${head.target}`,
    condition: `gone after its lease of ${leaseMs} ms`,
    timeoutMs: leftMs + goneWithin(fault),
    intervalMs: 20,
    hint: `see ${healerFiles(topology).log}`,
    probe: async () => {
      // a healer that was killed is replaced; the new one takes over what is open
      await startHealer();
      const written = readJournal(topology.journalDir, head.id);
      return written.some(({ state }) => state === 'gone') && written;
    },
  });
  const undone = await watched;
  if (undone !== undefined)
    throw new HoldfastError(
      `${head.fault} on ${head.target} ended before its lease: expected it to last, ${undone}: somebody else ended it, and this was no test of it`,
    );
  return lines;
}

/** Looks again and again whether a fault that was proven is still there, until shortly before its lease ends; what came instead, twice in a row. */
async function watchLasting({ topology }: Injection, head: JournalHead): Promise<string | undefined> {
  const fault = faultNamed(head.fault);
  if (fault.lasts === undefined) return undefined;
  let missed = 0;
  for (;;) {
    const leftMs = msUntil(head.leaseEndNs) - LAST_LOOK_MS;
    // an impairment is lifted by its lease, or by hand, which is no surprise
    if ((leftMs <= 0 && missed === 0) || statesOf(topology, head).includes('healed')) return undefined;
    await sleep(missed > 0 ? SECOND_LOOK_MS : Math.min(leftMs, LOOK_MS));
    const look = await fault.lasts(topology, head.pinned).catch(() => undefined);
    if (msUntil(head.leaseEndNs) <= 0 || statesOf(topology, head).includes('healed')) return undefined;
    missed = look === undefined || look.seen ? 0 : missed + 1;
    if (missed === 2) return look?.what;
  }
}

/** The healer holds the fault before it begins; without that it is not injected. */
async function armHealer(injection: Injection, head: JournalHead): Promise<void> {
  const { socket } = healerFiles(injection.topology);
  try {
    await until({
      subject: 'healer',
      condition: `armed for ${head.id}`,
      timeoutMs: limits.healerArmed,
      intervalMs: 20,
      probe: async () => {
        await injection.startHealer();
        const answer = await tell(socket, head.id);
        if (answer !== 'armed') throw new Error(answer);
        return true;
      },
    });
  } catch (error) {
    append(injection.topology.journalDir, head, 'healed', 'never injected: no healer');
    append(injection.topology.journalDir, head, 'gone', 'never injected: no healer');
    throw new HoldfastError(`${head.fault} on ${head.target} was not injected: ${messageOf(error)}`);
  }
}

function tell(socket: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const client = connect(socket, () => client.write(`${text}\n`));
    client.setTimeout(1000, () => client.destroy(new Error('the healer did not answer within 1000 ms')));
    client.on('data', (data) => (answer += data.toString('utf8')));
    client.on('error', reject);
    client.on('close', () => resolve(answer.trim()));
  });
}

function otherEnd(spec: FaultSpec, target: string): string {
  if (spec.from === undefined) return target;
  return `${target} from ${typeof spec.from === 'string' ? (spec.from === 'database' ? 'the database' : spec.from) : describeTarget(spec.from)}`;
}
