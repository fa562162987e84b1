import { existsSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { bootId, msUntil } from '../support/clock.ts';
import { messageOf } from '../support/errors.ts';
import { writeAtomic } from '../support/files.ts';
import { identify } from '../support/processes.ts';
import type { Topology } from '../topology/model.ts';
import { faultNamed } from './catalogue.ts';
import { endFault } from './heal.ts';
import { headOf, openFaults, readJournal, unreadable, type JournalHead } from './journal.ts';

const IDLE_MS = 120_000;
const AGAIN_MS = 500;
/** A longer timer of Node.js ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Where a lab's healer listens, and where it leaves its identity. */
export function healerFiles(topology: Pick<Topology, 'companionsDir'>): { socket: string; identity: string; log: string } {
  const of = (file: string): string => join(topology.companionsDir, file);
  return { socket: of('healer.sock'), identity: of('healer.json'), log: of('healer.log') };
}

/**
 * Runs until idle: ends each fault it is armed with at its lease end, whoever lives. Open faults of an earlier healer are taken over; a journal
 * that cannot be read is told of in its log, and holds up no other. The topology is opened for each end anew: it outlives runs, and what one
 * sets, such as the routing, is what its hosts must boot with.
 */
export function serveHealing(open: () => Topology): Server {
  const topology = open();
  const files = healerFiles(topology);
  const armed = new Map<string, NodeJS.Timeout>();
  let idle: NodeJS.Timeout | undefined;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      const id = data.toString('utf8').trim();
      try {
        arm(headOf(readJournal(topology.journalDir, id)));
        socket.end('armed\n');
      } catch (error) {
        socket.end(`${messageOf(error)}\n`);
      }
    });
  });
  const arm = (head: JournalHead): void => {
    if (armed.has(head.id)) return;
    faultNamed(head.fault);
    // the clock of an earlier boot says nothing now, and nothing of its faults is left
    const waitMs = head.bootId === bootId() ? msUntil(head.leaseEndNs) : 0;
    const timer = setTimeout(
      () => {
        void endAtLease(open, topology, head).finally(() => {
          armed.delete(head.id);
          rest();
        });
      },
      Math.min(Math.max(0, waitMs), LONGEST_TIMER_MS),
    );
    armed.set(head.id, timer);
  };
  const takeOver = (): void => {
    for (const { id, error } of unreadable(topology.journalDir)) say(id, `left alone, its journal cannot be read: ${error}`);
    for (const lines of openFaults(topology.journalDir)) {
      const head = headOf(lines);
      try {
        arm(head);
      } catch (error) {
        say(head.id, `left alone: ${messageOf(error)}`);
      }
    }
  };
  const rest = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (armed.size > 0) return;
      rmSync(files.socket, { force: true });
      rmSync(files.identity, { force: true });
      process.exit(0);
    }, IDLE_MS).unref();
  };
  server.on('close', () => {
    clearTimeout(idle);
    for (const timer of armed.values()) clearTimeout(timer);
  });
  rmSync(files.socket, { force: true });
  server.listen(files.socket, () => {
    writeAtomic(files.identity, JSON.stringify(identify(process.pid)), { mode: 0o600 });
    takeOver();
    rest();
  });
  return server;
}

/** Journals that were healed by hand meanwhile are left alone; a failed attempt is said and tried again until it works. */
async function endAtLease(open: () => Topology, { companionsDir, journalDir }: Topology, head: JournalHead): Promise<void> {
  let said = '';
  for (;;) {
    // a lab that is gone ends the healer with it
    if (!existsSync(companionsDir)) process.exit(0);
    try {
      if (isGone(journalDir, head)) return;
      await endFault(open(), head, `healer at lease end (${faultNamed(head.fault).kind})`);
      return;
    } catch (error) {
      const text = messageOf(error);
      if (text !== said) say(head.id, text);
      said = text;
      if (await endUnwritten(open, journalDir, head)) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

function isGone(journalDir: string, { id }: JournalHead): boolean {
  return readJournal(journalDir, id).some(({ state }) => state === 'gone');
}

/** Ends a fault whose journal was lost after it was armed, by what is known of it here; whether that was so. That it is over is proven to nobody, but a fault that lasts is worse. */
async function endUnwritten(open: () => Topology, journalDir: string, head: JournalHead): Promise<boolean> {
  try {
    readJournal(journalDir, head.id);
    return false;
  } catch (unreadableNow) {
    try {
      await faultNamed(head.fault).heal(open(), head.pinned);
    } catch (error) {
      say(head.id, messageOf(error));
      return false;
    }
    say(head.id, `healed at lease end; its journal cannot say so: ${messageOf(unreadableNow)}`);
    return true;
  }
}

function say(id: string, text: string): void {
  console.error(new Date().toISOString(), id, text);
}
