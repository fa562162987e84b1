import pg from 'pg';
import { connectionConfig, destroy } from './connection.ts';
import { CHANNEL } from './notifier.ts';
import type { Settings } from './settings.ts';
import { HELD_LOCKS_SQL, LOCK_CLASS, PRESENCE, rebalance, type HeldLock } from './shards.ts';

/** A worker's one connection: it listens, holds the locks of its shards, and does their jobs. */
export interface WorkerSession {
  /** takes and gives up shards until this worker has its fair share; where the other site writes, none. Rejects in a session from before this site took writes */
  rebalance(): Promise<void>;
  /** carries out one batch of jobs of the own shards; the number done */
  work(): Promise<number>;
  close(): void;
}

export interface SessionEvents {
  onWork: () => void;
  onLost: (error: Error) => void;
  /** whether it is told of work as soon as there is some */
  listens: boolean;
}

/** Largest number of jobs in one transaction. */
export const BATCH = 200;

const QUERY_MS = 3000;

/** Connects to the writable copy, and begins to listen where it is to. */
export async function openWorkerSession(
  { identity, databaseRw, connectMs, peers, jobsInTwoSteps, takesNoShards }: Settings,
  { onWork, onLost, listens }: SessionEvents,
): Promise<WorkerSession> {
  // A worker that is cut off or frozen is silent; the server then ends its session, and with it its locks.
  // No proxy between can hide that, as it could hide a dead TCP peer.
  const config = connectionConfig({
    dsn: databaseRw,
    name: `worker ${identity.pod}`,
    connectMs,
    serverSettings: { idle_session_timeout: '5s' },
  });
  const client = new pg.Client({ ...config, query_timeout: QUERY_MS });
  client.on('error', onLost);
  client.on('notification', onWork);
  let shards: number[] = [];
  try {
    await client.connect();
    // one that takes no shards is not counted: the others do its work
    const counted = takesNoShards ? '' : `SELECT pg_advisory_lock_shared(${LOCK_CLASS}, ${PRESENCE})`;
    await client.query(`${listens ? `LISTEN ${CHANNEL}; ` : ''}${counted}`);
  } catch (error) {
    destroy(client);
    throw error;
  }
  return {
    async rebalance() {
      const { rows: states } = await client.query<{ writable: boolean; readOnly: boolean }>({ name: 'writer', text: WRITER });
      const [state] = states;
      if (state?.writable === false || takesNoShards) {
        shards = [];
        return;
      }
      if (state?.readOnly === true) throw new Error('Expected a session that may write, came one that may not: it is opened anew.');
      if (peers.length > 0) await client.query({ name: 'horizon', text: HORIZON });
      const { rows: locks } = await client.query<HeldLock>({ name: 'held-locks', text: HELD_LOCKS_SQL });
      const { take, drop } = rebalance(locks);
      shards = locks.filter(({ slot, mine }) => mine && slot !== PRESENCE && !drop.includes(slot)).map(({ slot }) => slot);
      if (drop.length > 0) await client.query({ ...DROP, values: [drop] });
      if (take.length > 0) {
        const { rows } = await client.query<{ slot: number }>({ ...TAKE, values: [take] });
        shards.push(...rows.map(({ slot }) => slot));
      }
    },
    async work() {
      if (jobsInTwoSteps) return workInTwoSteps(client, identity);
      if (shards.length === 0) return 0;
      const values = [shards, BATCH, identity.site, identity.pod];
      const { rowCount } = await client.query({ ...WORK, values });
      return rowCount ?? 0;
    },
    close: () => destroy(client),
  };
}

/** A control: whoever else works at the same jobs has completed them too by the time they are removed. */
async function workInTwoSteps(client: pg.Client, { site, pod }: Settings['identity']): Promise<number> {
  const { rows } = await client.query<{ change_id: string }>({ ...COMPLETE_ANY, values: [BATCH, site, pod] });
  if (rows.length > 0) await client.query('DELETE FROM jobs WHERE change_id = ANY ($1)', [rows.map(({ change_id: id }) => id)]);
  return rows.length;
}

const COMPLETE_ANY = {
  name: 'complete-any',
  text: `INSERT INTO completions (change_id, run, site, pod, epoch)
    SELECT change_id, run, $2, $3, coalesce((SELECT epoch FROM writer), 1) FROM jobs LIMIT $1 RETURNING change_id`,
};

const WRITER = `SELECT writable, current_setting('transaction_read_only') = 'on' AS "readOnly" FROM writer`;

const HORIZON = `INSERT INTO horizon (epoch, xid) SELECT epoch, pg_snapshot_xmin(pg_current_snapshot()) FROM writer WHERE writable
  ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, xid = excluded.xid`;

// The lock function stands in a materialized step of its own, so that it runs once for each shard and for no other.
const TAKE = {
  name: 'take-shards',
  text: `WITH wanted AS MATERIALIZED (SELECT slot, pg_try_advisory_lock(${LOCK_CLASS}, slot) AS taken FROM unnest($1::integer[]) AS slot)
    SELECT slot FROM wanted WHERE taken`,
};

const DROP = {
  name: 'drop-shards',
  text: `SELECT pg_advisory_unlock(${LOCK_CLASS}, slot) FROM unnest($1::integer[]) AS slot`,
};

// Jobs are chosen once, into an array: as a join the choice could be made again for each row.
const WORK = {
  name: 'work',
  text: `WITH done AS (
      DELETE FROM jobs WHERE (shard, change_id) IN (
        SELECT shard, change_id FROM unnest(ARRAY(
          SELECT jobs FROM jobs WHERE shard = ANY ($1::smallint[]) LIMIT $2 FOR UPDATE SKIP LOCKED
        )) AS chosen
      ) RETURNING change_id, run
    )
    INSERT INTO completions (change_id, run, site, pod, epoch)
    SELECT change_id, run, $3, $4, coalesce((SELECT epoch FROM writer), 1) FROM done`,
};
