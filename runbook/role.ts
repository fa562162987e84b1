import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { literal, quoted } from './database.ts';
import type { Plan } from './plan.ts';

/** What marks a role as made here: a role of somebody's own gets no new password. */
const MADE_HERE = 'made by "holdfast promote" or "holdfast failback", for the subscription of the other site';
/** PostgreSQL's own number of rounds for SCRAM-SHA-256. */
const ROUNDS = 4096;

/** The role by which the other site follows, where the plan names none: it may read, and no more. */
export function replicationRole({ subscription }: Pick<Plan, 'subscription'>): string {
  return `${subscription.slice(0, 52)}_replicator`;
}

/** Whether that name is taken by a role of somebody's own. */
export async function isRoleTaken(server: pg.Client, plan: Pick<Plan, 'subscription'>): Promise<boolean> {
  const { rows } = await server.query(
    `SELECT FROM pg_roles WHERE rolname = $1 AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM $2`,
    [replicationRole(plan), MADE_HERE],
  );
  return rows.length > 0;
}

/** Makes the role at a writer, with a new password, which it returns; the server is sent no more than what proves it. */
export async function makeReplicationRole(writer: pg.Client, plan: Plan): Promise<string> {
  const name = quoted(replicationRole(plan));
  const password = randomBytes(24).toString('base64url');
  const { rows } = await writer.query('SELECT FROM pg_roles WHERE rolname = $1', [replicationRole(plan)]);
  await writer.query('BEGIN');
  try {
    // it copies tables that are published later as well, and a policy on rows would hide some from a copy
    if (rows.length === 0) await writer.query(`CREATE ROLE ${name} LOGIN REPLICATION BYPASSRLS IN ROLE pg_read_all_data`);
    await writer.query(`COMMENT ON ROLE ${name} IS ${literal(MADE_HERE)}`);
    await writer.query(`ALTER ROLE ${name} PASSWORD ${literal(scramVerifier(password))}`);
    await writer.query('COMMIT');
  } catch (error) {
    await writer.query('ROLLBACK');
    throw error;
  }
  return password;
}

/** What a server keeps of a password (RFC 5803), so that the password itself is in no statement. */
export function scramVerifier(password: string, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ROUNDS, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ROUNDS}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}
