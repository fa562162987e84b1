/** Number of parts that the work is divided into. */
export const SHARDS = 16;

/** First key of the session advisory locks; the second is the shard, or the presence slot. */
export const LOCK_CLASS = 1_212_961_606;

/** Slot that every live worker locks shared, so that the others can count it. */
export const PRESENCE = SHARDS;

/** One granted lock of the workers. */
export interface HeldLock {
  slot: number;
  mine: boolean;
}

/** What a worker should do to come to its fair share. */
export interface Rebalance {
  take: number[];
  drop: number[];
}

/** All locks of the workers in this database, seen from one of them. */
export const HELD_LOCKS_SQL = `SELECT objid::integer AS slot, pid = pg_backend_pid() AS mine FROM pg_locks
  WHERE locktype = 'advisory' AND classid = ${LOCK_CLASS} AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Compares what this worker holds with its share of all shards, the number of live workers being known from the locks. */
export function rebalance(locks: HeldLock[]): Rebalance {
  const workers = Math.max(1, locks.filter(({ slot }) => slot === PRESENCE).length);
  const held = locks.filter(({ slot }) => slot < SHARDS);
  const mine = held.filter((lock) => lock.mine).map(({ slot }) => slot);
  const fair = Math.ceil(SHARDS / workers);
  if (mine.length > fair) return { take: [], drop: mine.slice(fair) };
  const taken = new Set(held.map(({ slot }) => slot));
  const free = Array.from({ length: SHARDS }, (_, slot) => slot).filter((slot) => !taken.has(slot));
  return { take: free.slice(0, fair - mine.length), drop: [] };
}
