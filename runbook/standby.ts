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

/** Sets what a server's commits wait for, as a whole; nothing where it is that already. Existing sessions take it over too. */
export async function setStandbyNames(client: pg.Client, wanted: string): Promise<void> {
  if ((await standbyNames(client)) === wanted) return;
  await client.query(`ALTER SYSTEM SET synchronous_standby_names = ${literal(wanted)}`);
  await client.query('SELECT pg_reload_conf()');
  await until({
    subject: 'synchronous_standby_names',
    condition: wanted === '' ? 'to be empty' : 'to be what was set',
    timeoutMs: RELOAD_MS,
    probe: async () => (await standbyNames(client)) === wanted,
  });
}

/** Lets no commit wait for the follower; what else commits wait for stays. */
export async function waitForNobody(writer: pg.Client, { subscription }: Plan): Promise<void> {
  await setStandbyNames(writer, withoutName(await standbyNames(writer), subscription));
}

/** Lets commits wait for the follower from now on. A HoldfastError when it does not become synchronous; then what they wait for is as before. */
export async function waitFromNow(writer: pg.Client, plan: Plan): Promise<void> {
  const before = await standbyNames(writer);
  if (!hasName(before, plan.subscription)) {
    await followerIs(writer, plan, ['async', 'sync', 'potential', 'quorum']);
    await setStandbyNames(writer, quoted(plan.subscription));
  }
  try {
    // right after the setting it is still asynchronous
    await followerIs(writer, plan, ['sync', 'quorum']);
  } catch (error) {
    await setStandbyNames(writer, before);
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
