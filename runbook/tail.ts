import type pg from 'pg';
import { DeadlineError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { one } from './database.ts';
import type { Plan, SitePlan } from './plan.ts';
import { GivesUp } from './steps.ts';

/** A worker that is idle at two looks so far apart has applied what it was sent; ms. */
const IDLE_MS = 300;

/** Wait events of workers that have nothing to apply: they wait for their writer to send something, or to be there. Spelt otherwise in PostgreSQL 17. */
const WAITING_FOR_WRITER = /^(logicalapplymain|logicalparallelapplymain|libpqwalreceiver\w+)$/i;

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
  /** how often applying failed since this subscription was made, lost connections included; known from PostgreSQL 15 on */
  applyErrors?: number;
  /** age of the last transaction that was applied; s; known where the server tracks commit timestamps */
  lastAppliedSeconds?: number;
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
      const isIdle = rows.every(({ event }) => event !== null && WAITING_FOR_WRITER.test(event));
      idleSince = isIdle ? (idleSince ?? performance.now()) : undefined;
      if (!isIdle) throw new Error(`its workers are at ${rows.map(({ event }) => event ?? 'work').join(', ')}`);
      return idleSince !== undefined && performance.now() - idleSince >= IDLE_MS;
    },
  });
  const { silent, position } = await one<{ silent: string | null; position: string | null }>(
    follower,
    // of this subscription alone: other feeds have positions of other logs
    `SELECT extract(epoch FROM clock_timestamp() - max(w.last_msg_receipt_time)) AS silent,
       greatest(max(o.remote_lsn), max(w.latest_end_lsn))::text AS position
     FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
     LEFT JOIN pg_stat_subscription w ON w.subid = s.oid AND w.relid IS NULL
     LEFT JOIN pg_replication_origin_status o ON o.external_id = 'pg_' || s.oid
     WHERE s.subname = $1 AND d.datname = current_database()`,
    [plan.subscription],
  );
  return {
    complete: false,
    ...(silent === null ? {} : { silentSeconds: tenths(silent) }),
    ...(position === null ? {} : { position }),
    ...(await applyHealth(follower, plan)),
  };
}

/** What a follower knows of its own applying. */
export async function applyHealth(follower: pg.Client, { subscription }: Plan): Promise<Pick<Tail, 'applyErrors' | 'lastAppliedSeconds'>> {
  const { counts, tracks } = await one<{ counts: boolean; tracks: boolean }>(
    follower,
    `SELECT to_regclass('pg_catalog.pg_stat_subscription_stats') IS NOT NULL AS counts, current_setting('track_commit_timestamp')::boolean AS tracks`,
  );
  const errors = counts
    ? await one<{ errors: string }>(
        follower,
        'SELECT coalesce(max(apply_error_count), 0) AS errors FROM pg_stat_subscription_stats WHERE subname = $1',
        [subscription],
      )
    : undefined;
  const last = tracks
    ? await one<{ age: string | null }>(
        follower,
        'SELECT extract(epoch FROM clock_timestamp() - timestamp) AS age FROM pg_last_committed_xact()',
      )
    : undefined;
  return {
    ...(errors === undefined ? {} : { applyErrors: Number(errors.errors) }),
    ...(typeof last?.age === 'string' ? { lastAppliedSeconds: tenths(last.age) } : {}),
  };
}

function tenths(seconds: string): number {
  return Math.round(Number(seconds) * 10) / 10;
}
