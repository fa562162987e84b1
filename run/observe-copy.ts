import { CopyConnection, isRefusal } from './copy-connection.ts';

/** What the primary's last look told about its standbys. */
export interface SharedView {
  syncStandbys: Set<string>;
  primaryLsn: bigint | undefined;
}

export interface CopyWatch {
  copy: string;
  dsn: string;
  shared: SharedView;
  intervalMs: number;
  now: () => number;
  write: (line: object) => void;
}

/** A look that takes longer than this had no answer in time: a healthy copy gives one within milliseconds. */
const LOOK_US = 300_000;

/** An answer that comes later than this tells too little of when it was true: it is asked for again. */
const LATE_US = 1_000_000;

/** A connection that the other side took, and did not answer, is given up after this; each is a process that a thawed server must start. */
const GIVE_UP_US = 5_000_000;

/** The timeline that a primary writes, as an SQL expression. */
export const WRITTEN_TIMELINE = `('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int`;

const LOOK = `
SELECT pg_is_in_recovery() AS recovering,
  (SELECT system_identifier::text FROM pg_control_system()) AS system,
  CASE WHEN pg_is_in_recovery()
    THEN coalesce((SELECT received_tli FROM pg_stat_wal_receiver),
      greatest((SELECT timeline_id FROM pg_control_checkpoint()), (SELECT min_recovery_end_timeline FROM pg_control_recovery())))
    ELSE ${WRITTEN_TIMELINE} END AS timeline,
  (SELECT epoch FROM writer) AS epoch,
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text AS lsn,
  to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS started,
  current_setting('transaction_read_only') = 'off' AND coalesce((SELECT writable FROM writer), true) AS writable,
  (SELECT subname FROM pg_subscription JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database() LIMIT 1) AS subscription,
  followed_to()::text AS followed,
  ARRAY(SELECT application_name FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')) AS standbys`;

interface Look {
  recovering: boolean;
  system: string;
  timeline: number;
  epoch: number | null;
  lsn: string | null;
  started: string;
  writable: boolean;
  /** where each site has a database of its own: how this one follows the other */
  subscription: string | null;
  /** position of the followed writer up to which everything is here */
  followed: string | null;
  standbys: string[];
}

/**
 * Looks at one copy at every tick, on a connection that is kept open: a server that was frozen answers there as soon as it runs on. Where that connection is
 * broken, or gives no answer in time, new ones are tried beside it, one at a time. What was refused is written as down, what had no answer in time as
 * not known. Returns what ends it.
 */
export function watchCopy(watch: CopyWatch): () => void {
  const { copy, dsn, now } = watch;
  let kept: CopyConnection<Look> | undefined;
  let fresh: CopyConnection<Look> | undefined;
  let toldUntil = now();
  let reason = '';

  const tell = (line: object, until = now()): void => {
    watch.write(line);
    toldUntil = until;
  };
  const isSilent = (way: CopyConnection<Look>): boolean => way.looking !== undefined && now() - way.looking > LOOK_US;

  const look = async (way: CopyConnection<Look>): Promise<void> => {
    try {
      const { row, at } = await way.ask({ text: LOOK, name: 'look' });
      if (way.isClosed) return;
      if (now() - at > LATE_US) await look(way);
      else if (row !== undefined) tell(sample(watch, row, at));
    } catch (error) {
      fail(way, error);
    }
  };
  const fail = (way: CopyConnection<Look>, error: unknown): void => {
    if (way.isClosed) return;
    way.close();
    reason = `: ${String(error).slice(0, 120)}`;
    if (way === kept) {
      kept = undefined;
      if (fresh === undefined) void tryAnother();
      return;
    }
    fresh = undefined;
    if (!isRefusal(error) || (kept !== undefined && !isSilent(kept))) return;
    kept?.close();
    kept = undefined;
    tell({ at: way.since, copy, up: false, took: now() - way.since, error: String(error).slice(0, 120) });
  };
  const tryAnother = async (): Promise<void> => {
    const way = new CopyConnection<Look>({ dsn, now });
    fresh = way;
    try {
      await way.open();
    } catch (error) {
      fail(way, error);
      return;
    }
    if (way.isClosed) return;
    fresh = undefined;
    if (kept !== undefined && !isSilent(kept)) {
      way.close();
      return;
    }
    kept?.close();
    kept = way;
    await look(way);
  };

  const timer = setInterval(() => {
    if (kept === undefined || isSilent(kept)) {
      if (fresh !== undefined && now() - fresh.since > (fresh.isReached ? GIVE_UP_US : LOOK_US)) {
        fresh.close();
        fresh = undefined;
      }
      if (fresh === undefined) void tryAnother();
    }
    if (kept !== undefined && kept.looking === undefined) void look(kept);
    const until = now();
    const took = until - toldUntil;
    if (took > LOOK_US) {
      tell({ at: toldUntil, copy, took, error: `no answer within ${LOOK_US / 1000} ms${reason}` }, until);
      reason = '';
    }
  }, watch.intervalMs);
  return () => {
    clearInterval(timer);
    kept?.close();
    fresh?.close();
  };
}

function sample(watch: CopyWatch, row: Look, at: number): object {
  const { shared, copy } = watch;
  const leads = !row.recovering && row.writable;
  if (leads) {
    shared.syncStandbys = new Set(row.standbys);
    shared.primaryLsn = row.lsn === null ? undefined : position(row.lsn);
  }
  const reached = row.recovering ? row.lsn : row.followed;
  const behind =
    shared.primaryLsn === undefined || reached === null ? undefined : Math.max(0, Number(shared.primaryLsn - position(reached)));
  return {
    at,
    copy,
    up: true,
    writable: leads,
    system: row.system,
    timeline: row.timeline,
    epoch: row.epoch ?? undefined,
    sync: leads ? row.standbys.length > 0 : shared.syncStandbys.has(row.subscription ?? copy),
    startedAt: row.started,
    lsn: row.lsn ?? undefined,
    lagBytes: leads ? 0 : behind,
    took: watch.now() - at,
  };
}

function position(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
