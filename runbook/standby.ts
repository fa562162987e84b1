import type pg from 'pg';
import { until } from '../support/poll.ts';
import { literal, one, quoted } from './database.ts';
import type { Plan } from './plan.ts';
import { hasName, withoutName } from './standby-names.ts';

/** The sessions of a server take a new setting over within this; ms. */
const RELOAD_MS = 10_000;

/** What a server's commits wait for. */
export async function standbyNames(client: pg.Client): Promise<string> {
  return (await one<{ value: string }>(client, `SELECT current_setting('synchronous_standby_names') AS value`)).value;
}

/** What ALTER SYSTEM has set it to; null: nothing, so that the server's own files say what commits wait for. */
export async function standbyNamesBySystem(client: pg.Client): Promise<string | null> {
  return (await inFiles(client)).bySystem;
}

/** Lets ALTER SYSTEM say of it what that said before; null: nothing. Existing sessions take it over too. */
export async function restoreStandbyNames(client: pg.Client, bySystem: string | null): Promise<void> {
  if ((await standbyNamesBySystem(client)) !== bySystem) await alterSystem(client, bySystem);
}

/* Sets what a server's commits wait for, as a whole; nothing where it is that already. */
async function setStandbyNames(client: pg.Client, wanted: string): Promise<void> {
  if ((await standbyNames(client)) === wanted) return;
  const { byOwnFiles } = await inFiles(client);
  await alterSystem(client, byOwnFiles === wanted ? null : wanted);
}

async function alterSystem(client: pg.Client, value: string | null): Promise<void> {
  await client.query(
    value === null ? 'ALTER SYSTEM RESET synchronous_standby_names' : `ALTER SYSTEM SET synchronous_standby_names = ${literal(value)}`,
  );
  const { bySystem, byOwnFiles } = await inFiles(client);
  const wanted = bySystem ?? byOwnFiles;
  await client.query('SELECT pg_reload_conf()');
  await until({
    subject: 'synchronous_standby_names',
    condition: wanted === '' ? 'to be empty' : 'to be what was set',
    timeoutMs: RELOAD_MS,
    probe: async () => (await standbyNames(client)) === wanted,
  });
}

/* ALTER SYSTEM writes a file of its own, which comes after all others; of those the last line counts. */
async function inFiles(client: pg.Client): Promise<{ bySystem: string | null; byOwnFiles: string }> {
  return one(
    client,
    `WITH lines AS (SELECT setting, seqno, sourcefile LIKE '%/postgresql.auto.conf' AS "isSystem"
       FROM pg_file_settings WHERE lower(name) = 'synchronous_standby_names')
     SELECT (SELECT setting FROM lines WHERE "isSystem" ORDER BY seqno DESC LIMIT 1) AS "bySystem",
       coalesce((SELECT setting FROM lines WHERE NOT "isSystem" ORDER BY seqno DESC LIMIT 1), '') AS "byOwnFiles"`,
  );
}

/** Lets no commit wait for the follower; what else commits wait for stays. */
export async function waitForNobody(writer: pg.Client, { subscription }: Plan): Promise<void> {
  await setStandbyNames(writer, withoutName(await standbyNames(writer), subscription));
}

/** Lets commits wait for the follower from now on. A HoldfastError when it does not become synchronous; then what they wait for is as before. */
export async function waitFromNow(writer: pg.Client, plan: Plan): Promise<void> {
  const before = await standbyNames(writer);
  const bySystem = await standbyNamesBySystem(writer);
  if (!hasName(before, plan.subscription)) {
    await followerIs(writer, plan, ['async', 'sync', 'potential', 'quorum']);
    await setStandbyNames(writer, quoted(plan.subscription));
  }
  try {
    // right after the setting it is still asynchronous
    await followerIs(writer, plan, ['sync', 'quorum']);
  } catch (error) {
    await restoreStandbyNames(writer, bySystem);
    throw error;
  }
}

async function followerIs(writer: pg.Client, plan: Plan, states: readonly string[]): Promise<void> {
  await until({
    subject: `standby "${plan.subscription}"`,
    condition: `connected, and ${states.join(' or ')}`,
    timeoutMs: plan.tailSeconds * 1000,
    probe: async () => {
      const { rows } = await writer.query<{ state: string }>(
        'SELECT sync_state AS state FROM pg_stat_replication WHERE application_name = $1',
        [plan.subscription],
      );
      const state = rows[0]?.state;
      if (state === undefined || !states.includes(state)) throw new Error(state === undefined ? 'it is not connected' : `it is ${state}`);
      return true;
    },
  });
}
