import pg from 'pg';

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

/** A look that takes longer than this finds the copy not up: a healthy one answers within milliseconds. */
const LOOK_MS = 300;

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

/** Looks at one copy at every tick on a connection of its own; a tick whose look hangs says "not up" instead of saying nothing. */
export function watchCopy(watch: CopyWatch): void {
  let client: pg.Client | undefined;
  let pending: { since: number } | undefined;

  const drop = (): void => {
    const old = client;
    client = undefined;
    old?.end().catch(() => undefined);
    // end() waits politely for a server that may be frozen
    (old as unknown as { connection?: { stream?: { destroy(): void } } } | undefined)?.connection?.stream?.destroy();
  };
  const look = async (): Promise<void> => {
    const own = { since: watch.now() };
    pending = own;
    try {
      client ??= await connected(watch.dsn);
      const { rows } = await client.query<Look>({ text: LOOK, name: 'look' });
      if (pending !== own) return;
      const [row] = rows;
      if (row !== undefined) watch.write(sample(watch, row, own.since));
    } catch (error) {
      if (pending !== own) return;
      drop();
      watch.write({ at: own.since, copy: watch.copy, up: false, took: watch.now() - own.since, error: String(error).slice(0, 120) });
    } finally {
      if (pending === own) pending = undefined;
    }
  };
  setInterval(() => {
    if (pending === undefined) {
      void look();
    } else if (watch.now() - pending.since > LOOK_MS * 1000) {
      watch.write({
        at: watch.now(),
        copy: watch.copy,
        up: false,
        took: watch.now() - pending.since,
        error: `no answer within ${LOOK_MS} ms`,
      });
      pending = undefined;
      drop();
    }
  }, watch.intervalMs);
}

async function connected(dsn: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: dsn,
    connectionTimeoutMillis: LOOK_MS,
    application_name: 'holdfast-observer',
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function sample(watch: CopyWatch, row: Look, at: number): object {
  const { shared, copy } = watch;
  const leads = !row.recovering && row.writable;
  if (leads) {
    shared.syncStandbys = new Set(row.standbys);
    shared.primaryLsn = row.lsn === null ? undefined : position(row.lsn);
  }
  const reached = row.recovering ? row.lsn : row.followed;
  const behind = !leads && shared.primaryLsn !== undefined && reached !== null ? Number(shared.primaryLsn - position(reached)) : 0;
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
    lagBytes: Math.max(0, behind),
    took: watch.now() - at,
  };
}

function position(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
