import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { msUntil } from '../support/clock.ts';
import { writeAtomic } from '../support/files.ts';
import { identify } from '../support/processes.ts';
import type { Topology } from '../topology/model.ts';
import { faultNamed } from './catalogue.ts';
import { healFault } from './heal.ts';
import { headOf, openFaults, readJournal, type JournalHead } from './journal.ts';

const IDLE_MS = 120_000;

/** Where a lab's healer listens, and where it leaves its identity. */
export function healerFiles(topology: Pick<Topology, 'companionsDir'>): { socket: string; identity: string; log: string } {
  const of = (file: string): string => join(topology.companionsDir, file);
  return { socket: of('healer.sock'), identity: of('healer.json'), log: of('healer.log') };
}

/**
 * Runs until idle: ends each fault it is armed with at its lease end, whoever lives. Open faults of an earlier healer are taken over. The
 * topology is opened for each end anew: it outlives runs, and what one sets, such as the routing, is what its hosts must boot with.
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
        socket.end(`${String(error)}\n`);
      }
    });
  });
  const arm = (head: JournalHead): void => {
    if (armed.has(head.id)) return;
    const waitMs = Math.max(0, msUntil(head.leaseEndNs));
    const timer = setTimeout(() => {
      void endFault(open, head).finally(() => {
        armed.delete(head.id);
        rest();
      });
    }, waitMs);
    armed.set(head.id, timer);
  };
  const rest = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (armed.size > 0) return;
      rmSync(files.socket, { force: true });
      rmSync(files.identity, { force: true });
      process.exit(0);
    }, IDLE_MS);
  };
  rmSync(files.socket, { force: true });
  server.listen(files.socket, () => {
    writeAtomic(files.identity, JSON.stringify(identify(process.pid)), { mode: 0o600 });
    for (const lines of openFaults(topology.journalDir)) arm(headOf(lines));
    rest();
  });
  return server;
}

/** Journals that were healed by hand meanwhile are left alone; a failed attempt is said and tried again until it works. */
async function endFault(open: () => Topology, head: JournalHead): Promise<void> {
  for (;;) {
    // a lab that is gone ends the healer with it
    const topology = open();
    if (readJournal(topology.journalDir, head.id).some(({ state }) => state === 'gone')) return;
    try {
      await healFault(topology, head, `healer at lease end (${faultNamed(head.fault).kind})`);
      return;
    } catch (error) {
      console.error(new Date().toISOString(), head.id, String(error));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
