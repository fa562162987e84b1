import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withDatabase } from '../../support/database.ts';
import { companionLives, endCompanion, startCompanion } from './companions.ts';
import { DATA_DIR, platformDsn } from './database.ts';
import { machineOf } from './hosts.ts';
import { enterCommand, writeHostFile } from './machine.ts';
import type { PlannedHost } from './shape.ts';
import type { Lab } from './store.ts';

const PROGRAM = 'occupy-sessions.pl';
/** A role without a superuser's reserved sessions, which is not the platform's. */
const USER = 'replicator';

/** Takes every session that a copy gives to other users than superusers, and each that becomes free, until `ttlMs` has passed. */
export function occupySessions(lab: Lab, host: PlannedHost, ttlMs: number): void {
  const machine = machineOf(lab, host);
  writeHostFile(machine, PROGRAM, readFileSync(join(import.meta.dirname, PROGRAM), 'utf8'));
  const args = ['/run/postgresql/.s.PGSQL.5432', `${DATA_DIR}/postmaster.pid`, USER, 'postgres', String(ttlMs / 1000)];
  // what is started is nsenter, which passes no signal on: its end must be the program's too
  startCompanion(lab, companionOf(host), enterCommand(machine, ['setpriv', '--pdeathsig', 'TERM', 'perl', `/data/${PROGRAM}`, ...args]));
}

/** Whether the program that takes sessions at a copy lives. */
export function sessionsOccupied(lab: Lab, host: PlannedHost): boolean {
  return companionLives(lab, companionOf(host));
}

/** Gives back the sessions that `occupySessions` holds, if it holds any. */
export async function releaseSessions(lab: Lab, host: PlannedHost): Promise<void> {
  await endCompanion(lab, companionOf(host));
}

/** What becomes of a new session of the platform at a copy: "accepted", the SQLSTATE of its refusal, or undefined when there is no answer. */
export async function trySession(lab: Lab, copy: string): Promise<string | undefined> {
  try {
    await withDatabase(platformDsn(lab, copy), (client) => client.query('SELECT'));
    return 'accepted';
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

const companionOf = ({ name }: PlannedHost): string => `sessions-${name}`;
