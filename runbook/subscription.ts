import type pg from 'pg';
import { HoldfastError, messageOf } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { literal, one, quoted } from './database.ts';
import { addressOf, bounded, leadAlike } from './dsn.ts';
import type { Plan, SitePlan } from './plan.ts';
import { makeReplicationRole, replicationRole } from './role.ts';
import { redacted } from './secrets.ts';
import { dropCopySlots } from './slots.ts';
import { subscriptionsOf } from './state.ts';

/** A subscription's worker ends within this once it is told; ms. */
const WORKER_GONE_MS = 10_000;

/** Settings under which a statement is in no log and no statistics of the server, as far as it has them. */
const UNSEEN: Readonly<Record<string, string>> = {
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_min_error_statement: 'panic',
  // the context of any other message holds the statement too
  log_min_messages: 'panic',
  log_lock_waits: 'off',
  log_error_verbosity: 'terse',
  debug_print_parse: 'off',
  debug_print_rewritten: 'off',
  debug_print_plan: 'off',
  'pgaudit.log': 'none',
  'pg_stat_statements.track': 'none',
  'auto_explain.log_min_duration': '-1',
};

/** Lets a follower take nothing over any more; its subscription stays, so that it may go on. Nothing where there is none. */
export async function disableSubscription(follower: pg.Client, plan: Plan): Promise<void> {
  const { subscription } = plan;
  if (!(await hasSubscription(follower, plan))) return;
  await follower.query(`ALTER SUBSCRIPTION ${quoted(subscription)} DISABLE`);
  await until({
    subject: `subscription "${subscription}"`,
    condition: 'at work no more',
    timeoutMs: WORKER_GONE_MS,
    intervalMs: 20,
    probe: async () => {
      const workers = 'FROM pg_stat_subscription WHERE subname = $1 AND pid IS NOT NULL';
      // by itself one looks once a second whether it is wanted, and not while it waits for a lock or for its writer
      await follower.query(`SELECT pg_terminate_backend(pid) ${workers}`, [subscription]);
      return (await follower.query(`SELECT ${workers}`, [subscription])).rowCount === 0;
    },
  });
}

/** Lets a follower go on whose subscription was disabled; false where it has none. */
export async function enableSubscription(follower: pg.Client, plan: Plan): Promise<boolean> {
  const { subscription } = plan;
  if (!(await hasSubscription(follower, plan))) return false;
  await follower.query(`ALTER SUBSCRIPTION ${quoted(subscription)} ENABLE`);
  return true;
}

/**
 * Takes a site's subscription away; nothing where there is none. Its writer need not be there; where it is, the slots of copies that did not end
 * are dropped at it, the slot of the subscription itself is left.
 */
export async function unsubscribe(follower: pg.Client, plan: Plan, writer?: pg.Client): Promise<void> {
  const { subscription } = plan;
  if (!(await hasSubscription(follower, plan))) return;
  const { oid, system } = await one<{ oid: string; system: string }>(
    follower,
    `SELECT s.oid::text AS oid, system_identifier::text AS system FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid, pg_control_system()
     WHERE s.subname = $1 AND d.datname = current_database()`,
    [subscription],
  );
  await disableSubscription(follower, plan);
  await follower.query(`ALTER SUBSCRIPTION ${quoted(subscription)} SET (slot_name = NONE)`);
  await follower.query(`DROP SUBSCRIPTION ${quoted(subscription)}`);
  if (writer !== undefined) await dropCopySlots(writer, { oid, system });
}

/** Whether a site has the subscription, to whomever. */
export async function hasSubscription(follower: pg.Client, { subscription }: Plan): Promise<boolean> {
  return (await subscriptionsOf(follower)).some(({ name }) => name === subscription);
}

/** Whether a site has a subscription to this writer, as an interrupted run may have left it. */
export async function subscribesTo(follower: pg.Client, writer: SitePlan, plan: Plan): Promise<boolean> {
  const wanted = writer.replicationDsn ?? writer.dsn;
  return (await subscriptionsOf(follower)).some(({ name, source }) => name === plan.subscription && leadAlike(source, wanted));
}

/** The clients of both sites, and what they are in the plan. */
export interface Pair {
  follower: pg.Client;
  writer: pg.Client;
  site: SitePlan;
}

/**
 * Subscribes to the writer, from a slot that is there: everything since it was made, or, with `copy`, a copy of everything first. The connection
 * string is in no statement that others may see while it runs.
 */
export async function subscribe({ follower, writer, site }: Pair, { plan, copy }: { plan: Plan; copy: boolean }): Promise<void> {
  const options = [
    `copy_data = ${copy}`,
    'create_slot = false',
    `slot_name = ${literal(plan.subscription)}`,
    `synchronous_commit = ${literal(plan.synchronous ? 'on' : 'off')}`,
  ];
  const own = site.replicationDsn === undefined ? await makeReplicationRole(writer, plan) : undefined;
  const source = bounded(site.replicationDsn ?? withRole(site, replicationRole(plan), own));
  const statement = `CREATE SUBSCRIPTION ${quoted(plan.subscription)} CONNECTION %L PUBLICATION ${quoted(plan.publication)} WITH (${options.join(', ')})`;
  await unseen(follower, async () => {
    await follower.query(`SELECT set_config('holdfast.source', $1, false)`, [source]);
    try {
      // an error that left the block would be logged with the statement that it is of
      await follower.query(`DO $holdfast$
BEGIN
  EXECUTE format(${literal(statement)}, current_setting('holdfast.source'));
EXCEPTION WHEN OTHERS THEN
  RAISE EXCEPTION '%', replace(SQLERRM, current_setting('holdfast.source'), '***') USING ERRCODE = SQLSTATE;
END
$holdfast$`);
    } catch (error) {
      const secrets = [source, own ?? ''];
      throw new HoldfastError(
        `expected the other site to subscribe to site ${site.name}; ${redacted(messageOf(error), plan, secrets)}: its database must reach that of site ${site.name}; see "replicationDsn" in docs/runbooks.md`,
      );
    } finally {
      await follower.query(`SELECT set_config('holdfast.source', '', false)`);
    }
  });
}

async function unseen(client: pg.Client, work: () => Promise<void>): Promise<void> {
  const set = async (sql: string): Promise<unknown> =>
    client.query(
      `SELECT ${sql} FROM json_each_text($1) AS wanted (name, value) JOIN pg_settings s USING (name) WHERE context <> 'internal'`,
      [JSON.stringify(UNSEEN)],
    );
  await set('set_config(name, value, false)');
  try {
    await work();
  } finally {
    await set('set_config(name, reset_val, false)');
  }
}

/* A connection string of the plan, by another role: the password of a superuser would stand at the other site, and in a statement. */
function withRole({ dsn }: SitePlan, role: string, password?: string): string {
  const url = new URL(dsn);
  const { sslmode } = addressOf(dsn) ?? {};
  url.username = role;
  url.password = password ?? '';
  url.search = sslmode === undefined ? '' : `sslmode=${sslmode}`;
  return url.href;
}

/** Waits until every table of a subscription is past its copy. */
export async function tablesFollow(follower: pg.Client, { name }: SitePlan, plan: Plan): Promise<void> {
  await until({
    subject: `site ${name}`,
    condition: 'every table copied and following',
    timeoutMs: plan.rebuildSeconds * 1000,
    intervalMs: 100,
    hint: 'see the log of its server',
    probe: async () => {
      const states = await tableStates(follower, plan);
      const late = states.filter(({ state }) => state !== 'r').map(({ table, state }) => `${table} (${state})`);
      if (states.length === 0 || late.length > 0)
        throw new Error(states.length === 0 ? 'it follows no table' : `not yet: ${late.join(', ')}`);
      return true;
    },
  });
}

/** The tables that a subscription knows, and how far each is: "r" follows, all else is before. */
export async function tableStates(
  follower: pg.Client,
  { subscription }: Pick<Plan, 'subscription'>,
): Promise<{ table: string; state: string }[]> {
  const { rows } = await follower.query<{ table: string; state: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS "table", r.srsubstate AS state
     FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid JOIN pg_database d ON d.oid = s.subdbid
     JOIN pg_class c ON c.oid = r.srrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE s.subname = $1 AND d.datname = current_database() ORDER BY 1`,
    [subscription],
  );
  return rows;
}
