import type pg from 'pg';
import { DeadlineError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { literal, one, quoted } from './database.ts';
import { bounded, type Plan, type SitePlan } from './plan.ts';
import { subscriptionsOf } from './state.ts';
import { GivesUp } from './steps.ts';

/** How long a walsender may take to end once it is told; ms. */
const SENDER_GONE_MS = 10_000;
/** A worker that is idle at two looks so far apart has applied what it was sent; ms. */
const IDLE_MS = 300;

/** Wait events of a worker that has nothing to apply: it waits for its writer to send something, or to be there (17 has other names), or for the first worker. */
const WAITING_FOR_WRITER: ReadonlySet<string> = new Set([
  'LogicalApplyMain',
  'LibPQWalReceiverConnect',
  'LibPQWalReceiverReceive',
  'LibpqwalreceiverConnect',
  'LibpqwalreceiverReceive',
  'LogicalParallelApplyMain',
]);

/** The other site lacks something of a writer that was fenced, and it cannot be waited for. */
export class TailMissing extends GivesUp {}

/** Where a follower stands. */
export interface Tail {
  /** everything up to the writer's last position is there */
  complete: boolean;
  /** position of the writer up to which everything is there */
  position?: string;
  /** bytes of the writer's log that are missing; unknown where it cannot be asked */
  missingBytes?: number;
  /** time since the follower last heard of its writer; s */
  silentSeconds?: number;
}

/** Waits until the follower has everything up to a position of the fenced writer, as its slot there says. */
export async function waitForTail(writer: pg.Client, plan: Plan, lsn: string): Promise<Tail> {
  const slot = async (): Promise<{ missingBytes: number; position: string | null }> => {
    const { rows } = await writer.query<{ bytes: string; position: string | null }>(
      `SELECT greatest(pg_wal_lsn_diff($2::pg_lsn, confirmed_flush_lsn), 0) AS bytes, confirmed_flush_lsn::text AS position
       FROM pg_replication_slots WHERE slot_name = $1`,
      [plan.subscription, lsn],
    );
    if (rows[0] === undefined)
      throw new TailMissing(
        `slot "${plan.subscription}": expected it at the writing site, it is gone: what the other site lacks cannot be measured; rebuild it with "failback"`,
      );
    return { missingBytes: Number(rows[0].bytes), position: rows[0].position };
  };
  try {
    await until({
      subject: 'the other site',
      condition: `everything up to ${lsn}`,
      timeoutMs: plan.tailSeconds * 1000,
      intervalMs: 20,
      probe: async () => (await slot()).missingBytes === 0,
    });
    return { complete: true, position: lsn };
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    const { missingBytes, position } = await slot();
    return { complete: false, missingBytes, ...(position === null ? {} : { position }) };
  }
}

/** Waits until a follower whose writer gives no answer has applied what it was sent, and says how long ago it heard of it. */
export async function applyReceived(follower: pg.Client, { name }: SitePlan, plan: Plan): Promise<Tail> {
  let idleSince: number | undefined;
  await until({
    subject: `site ${name}`,
    condition: 'what it was sent applied',
    timeoutMs: plan.tailSeconds * 1000,
    intervalMs: 50,
    probe: async () => {
      const { rows } = await follower.query<{ event: string | null }>(
        `SELECT a.wait_event AS event FROM pg_stat_subscription s JOIN pg_stat_activity a USING (pid) WHERE subname = $1 AND relid IS NULL`,
        [plan.subscription],
      );
      // no worker: its connection has ended, and it has not been started anew
      const idle = rows.every(({ event }) => event !== null && WAITING_FOR_WRITER.has(event));
      idleSince = idle ? (idleSince ?? performance.now()) : undefined;
      return idleSince !== undefined && performance.now() - idleSince >= IDLE_MS;
    },
  });
  const { silent, position } = await one<{ silent: string | null; position: string | null }>(
    follower,
    `SELECT extract(epoch FROM clock_timestamp() - max(last_msg_receipt_time)) AS silent, followed_to()::text AS position
     FROM pg_stat_subscription WHERE subname = $1 AND relid IS NULL`,
    [plan.subscription],
  );
  return {
    complete: false,
    ...(silent === null ? {} : { silentSeconds: Math.round(Number(silent) * 10) / 10 }),
    ...(position === null ? {} : { position }),
  };
}

/** Takes a site's subscription away, so that nothing of an old writer can come in any more; nothing where there is none. */
export async function unsubscribe(follower: pg.Client, { subscription }: Plan): Promise<void> {
  if (!(await subscriptionsOf(follower)).some(({ name }) => name === subscription)) return;
  const quotedName = quoted(subscription);
  await follower.query(`ALTER SUBSCRIPTION ${quotedName} DISABLE`);
  // its writer need not be there: the slot is dropped by itself
  await follower.query(`ALTER SUBSCRIPTION ${quotedName} SET (slot_name = NONE)`);
  await follower.query(`DROP SUBSCRIPTION ${quotedName}`);
}

/** Drops the slot of a follower, and lets no commit wait for it; nothing where there is none. */
export async function release(writer: pg.Client, plan: Plan): Promise<void> {
  await waitForStandby(writer, '');
  await until({
    subject: `slot "${plan.subscription}"`,
    condition: 'dropped',
    timeoutMs: SENDER_GONE_MS,
    probe: async () => {
      const slot = [plan.subscription];
      await writer.query(
        'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active_pid IS NOT NULL',
        slot,
      );
      await writer.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', slot);
      return true;
    },
  });
}

/** Makes the slot from which the other site will follow, before this one takes its first write: all of them are kept for it. */
export async function keepFromNow(writer: pg.Client, plan: Plan): Promise<void> {
  await release(writer, plan);
  await writer.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [plan.subscription]);
}

/** Whether a site has a subscription to this writer, as an interrupted run may have left it. */
export async function subscribesTo(follower: pg.Client, writer: SitePlan, { subscription }: Plan): Promise<boolean> {
  return (await subscriptionsOf(follower)).some(
    ({ name, source }) => name === subscription && bounded(source) === bounded(writer.replicationDsn),
  );
}

/** Subscribes to the writer: from a slot that was made when both were equal, or anew with a copy of everything. */
export async function subscribe(follower: pg.Client, writer: SitePlan, { plan, copy }: { plan: Plan; copy: boolean }): Promise<void> {
  const level = plan.synchronous ? 'on' : 'off';
  const options = [
    `copy_data = ${copy}`,
    `create_slot = ${copy}`,
    `slot_name = ${literal(plan.subscription)}`,
    `synchronous_commit = ${literal(level)}`,
  ];
  await follower.query(
    `CREATE SUBSCRIPTION ${quoted(plan.subscription)} CONNECTION ${literal(writer.replicationDsn)} PUBLICATION ${quoted(plan.publication)} WITH (${options.join(', ')})`,
  );
}

/** Empties the published tables of a follower; the guard of the platform does not hold a rebuild up. */
export async function empty(follower: pg.Client, tables: readonly string[]): Promise<void> {
  await follower.query('BEGIN');
  await follower.query('SET LOCAL session_replication_role = replica');
  await follower.query(`TRUNCATE ${tables.join(', ')}`);
  await follower.query('COMMIT');
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
      const { rows } = await follower.query<{ relation: string; state: string }>(
        `SELECT r.srrelid::regclass::text AS relation, r.srsubstate AS state FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid WHERE s.subname = $1`,
        [plan.subscription],
      );
      const late = rows.filter(({ state }) => state !== 'r').map(({ relation, state }) => `${relation} (${state})`);
      if (rows.length === 0 || late.length > 0) throw new Error(rows.length === 0 ? 'it follows no table' : `not yet: ${late.join(', ')}`);
      return true;
    },
  });
}

/** Sets the standby that commits of a site wait for; "" for none. Existing sessions take it over too. */
export async function waitForStandby(writer: pg.Client, name: string): Promise<void> {
  const wanted = name === '' ? '' : quoted(name);
  const setting = async (): Promise<string> =>
    (await one<{ value: string }>(writer, `SELECT current_setting('synchronous_standby_names') AS value`)).value;
  if ((await setting()) === wanted) return;
  await writer.query(`ALTER SYSTEM SET synchronous_standby_names = ${literal(wanted)}`);
  await writer.query('SELECT pg_reload_conf()');
  await until({
    subject: 'the writing site',
    condition: `synchronous_standby_names ${wanted || 'empty'}`,
    timeoutMs: 10_000,
    probe: async () => (await setting()) === wanted,
  });
}

/** Lets commits wait for the follower from now on. A HoldfastError when it does not become synchronous; then they wait for none, as before. */
export async function waitFromNow(writer: pg.Client, plan: Plan): Promise<void> {
  await followerIs(writer, plan, ['async', 'sync']);
  await waitForStandby(writer, plan.subscription);
  try {
    // right after the setting it is still asynchronous
    await followerIs(writer, plan, ['sync']);
  } catch (error) {
    await waitForStandby(writer, '');
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
