import { bootId } from '../support/clock.ts';
import { messageOf } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import { isAlive } from '../support/processes.ts';
import type { Topology } from '../topology/model.ts';
import { faultNamed } from './catalogue.ts';
import type { Evidence, Fault } from './fault.ts';
import { append, headOf, openFaults, readJournal, unreadable, type JournalHead, type JournalLine } from './journal.ts';

/** What became of healing one fault. */
export interface Healing {
  id: string;
  fault: string;
  target: string;
  healed: boolean;
  error?: string;
}

/** Ends one fault; of one of an earlier boot of the machine nothing can be left. */
export async function endFault(topology: Topology, head: JournalHead, by: string): Promise<void> {
  if (head.bootId === bootId()) {
    await healFault(topology, head, by);
    return;
  }
  append(topology.journalDir, head, 'healed', 'the machine was booted since: nothing of the fault can be left');
  append(topology.journalDir, head, 'gone', 'the machine was booted since');
}

/** Ends one fault and proves from outside that it is over; every step is idempotent and journalled. */
export async function healFault(topology: Topology, head: JournalHead, by: string): Promise<void> {
  const fault = faultNamed(head.fault);
  if (fault.kind === 'momentary') {
    await until({
      subject: `${head.fault} on ${head.target}`,
      condition: 'carried out, or its injector gone',
      timeoutMs: goneWithin(fault),
      intervalMs: 20,
      probe: async () => !isBeingInjected(topology, head),
    });
  }
  await fault.heal(topology, head.pinned);
  append(topology.journalDir, head, 'healed', by);
  const last = await until({
    subject: `${head.fault} on ${head.target}`,
    condition: fault.kind === 'off' ? 'serving again, seen from another host' : 'over, seen from another host',
    timeoutMs: goneWithin(fault),
    // a look at a booting site costs it CPU, and its end is told in tenths of a second
    intervalMs: fault.kind === 'off' ? 100 : 20,
    probe: async () => {
      const evidence = await endSeen(topology, head);
      if (!evidence.seen) throw new Error(evidence.what);
      return evidence;
    },
  });
  append(topology.journalDir, head, 'gone', last.what);
}

/** Looks whether a fault is over. A momentary one that was carried out must have shown first; one whose injector died before it carried anything out never will. */
export async function endSeen(topology: Topology, head: JournalHead): Promise<Evidence> {
  const fault = faultNamed(head.fault);
  const states = statesOf(topology, head);
  if (fault.kind !== 'momentary' || states.includes('verified')) return fault.gone(topology, head.pinned);
  if (states.includes('applied')) {
    const shown = await fault.effect(topology, head.pinned);
    if (!shown.seen) return shown;
    // its injector may be about to say so too, and would come after its end
    append(topology.journalDir, head, 'verified', shown.what);
  }
  return fault.gone(topology, head.pinned);
}

/** Whether a fault has yet to be carried out by somebody who lives, and has not failed in that. */
export function isBeingInjected(topology: Topology, head: JournalHead): boolean {
  const states = statesOf(topology, head);
  return !states.includes('applied') && !states.includes('healed') && head.injector !== undefined && isAlive(head.injector);
}

/** The states that a fault's journal has so far. */
export function statesOf({ journalDir }: Topology, { id }: JournalHead): string[] {
  return readJournal(journalDir, id).map(({ state }) => state);
}

/** How long after its end a fault may still be seen; ms. */
export function goneWithin({ kind, goneWithinMs }: Pick<Fault, 'kind' | 'goneWithinMs'>): number {
  return goneWithinMs ?? { held: limits.faultGone, off: limits.serviceBack, momentary: limits.redundant }[kind];
}

/** Ends everything that is open, in parallel, going on after an error, reporting each. */
export async function healAll(topology: Topology, by: string): Promise<Healing[]> {
  const healings = await Promise.all(openFaults(topology.journalDir).map((lines) => healOne(topology, lines, by)));
  const untrusted = unreadable(topology.journalDir).map(({ id, error }) => ({
    id,
    fault: id,
    target: 'a target unknown',
    healed: false,
    error,
  }));
  return [...healings, ...untrusted];
}

async function healOne(topology: Topology, lines: JournalLine[], by: string): Promise<Healing> {
  const head = headOf(lines);
  const named = { id: head.id, fault: head.fault, target: head.target };
  try {
    await endFault(topology, head, by);
    return { ...named, healed: true };
  } catch (error) {
    return { ...named, healed: false, error: messageOf(error) };
  }
}
