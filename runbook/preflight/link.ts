import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { HoldfastError } from '../../support/errors.ts';
import { untilOrLate } from '../../support/poll.ts';
import { close, connected, one } from '../database.ts';
import { addressOf } from '../dsn.ts';
import { Unreachable } from '../lost.ts';
import type { Plan } from '../plan.ts';

/** Looks at two positions of different servers may agree by chance once; ms. */
const ROUNDS = 3;
/** What is written to the log to see it arrive; bytes. */
const MESSAGE = { least: 64, most: 8192 };
/** A writer that lives is heard of within this: the platform writes a row a second, and a server that is asked answers at once; ms. */
export const HEARD_MS = 3_000;

/** A server waits 5 s (wal_retrieve_retry_interval) before it starts a worker anew, which then connects; ms. */
const RECONNECT_MS = 8_000;

/** What the source of a subscription says when it is asked from here: the system that it leads to, that something is there, or that nothing is. */
export type Source = { system: string } | 'answers' | 'silent' | 'cannot be asked';

/** Asks the source of a subscription which system it leads to. */
export async function askSource(conninfo: string): Promise<Source> {
  const address = addressOf(conninfo);
  if (address === undefined || address.host.startsWith('/')) return 'cannot be asked';
  const url = new URL('postgres://host/');
  url.hostname = address.host;
  url.port = address.port;
  url.pathname = encodeURIComponent(address.database);
  url.username = encodeURIComponent(address.user ?? '');
  url.password = encodeURIComponent(address.password ?? '');
  if (address.sslmode !== undefined) url.searchParams.set('sslmode', address.sslmode);
  try {
    const client = await connected({ name: 'of the subscription', dsn: url.href });
    try {
      return await one<{ system: string }>(client, 'SELECT system_identifier::text AS system FROM pg_control_system()');
    } finally {
      await close(client);
    }
  } catch (error) {
    if (error instanceof Unreachable) return 'silent';
    return error instanceof HoldfastError && !/ENOTFOUND|EAI_AGAIN/.test(error.message) ? 'answers' : 'cannot be asked';
  }
}

/**
 * Whether what a server writes to its log arrives at a follower, for a source that cannot be asked from here: positions of another server are
 * beyond those of this one, or do not go on as far when this one's do.
 */
export async function arrives(writer: pg.Client, follower: pg.Client, plan: Plan): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const received = await receivedBy(follower, plan);
    const { isBeyond } = await one<{ isBeyond: boolean }>(
      writer,
      'SELECT coalesce($1::pg_lsn > pg_current_wal_insert_lsn(), false) AS "isBeyond"',
      [received],
    );
    if (isBeyond) return false;
    const { lsn } = await one<{ lsn: string }>(
      writer,
      `SELECT pg_logical_emit_message(true, 'holdfast', repeat('x', $1::integer))::text AS lsn`,
      [randomInt(MESSAGE.least, MESSAGE.most)],
    );
    const hasCome = await untilOrLate({
      subject: 'the other site',
      condition: `what was written at ${lsn}`,
      timeoutMs: plan.tailSeconds * 1000,
      intervalMs: 20,
      probe: async () => {
        const { has } = await one<{ has: boolean }>(follower, 'SELECT coalesce($1::pg_lsn >= $2::pg_lsn, false) AS has', [
          await receivedBy(follower, plan),
          lsn,
        ]);
        return has;
      },
    });
    if (hasCome !== true) return false;
  }
  return true;
}

async function receivedBy(follower: pg.Client, { subscription }: Plan): Promise<string | null> {
  const { rows } = await follower.query<{ lsn: string | null }>(
    'SELECT max(received_lsn)::text AS lsn FROM pg_stat_subscription WHERE subname = $1 AND relid IS NULL',
    [subscription],
  );
  return rows[0]?.lsn ?? null;
}

/** When a follower last heard of its writer, by its own clock; undefined: its worker is not connected. */
export async function lastHeard(follower: pg.Client, { subscription }: Plan): Promise<string | undefined> {
  const { rows } = await follower.query<{ heard: string | null }>(
    'SELECT max(last_msg_receipt_time)::text AS heard FROM pg_stat_subscription WHERE subname = $1 AND relid IS NULL AND pid IS NOT NULL',
    [subscription],
  );
  return rows[0]?.heard ?? undefined;
}

/**
 * Whether a follower can connect to its writer anew, for one that has a connection on which nothing comes: an idle server sends nothing for half a
 * minute. Its worker is ended, and started again by its server.
 */
export async function reconnects(follower: pg.Client, { subscription }: Plan): Promise<boolean> {
  const worker = async (): Promise<{ pid: number; event: string | null } | undefined> => {
    const { rows } = await follower.query<{ pid: number; event: string | null }>(
      'SELECT pid, wait_event AS event FROM pg_stat_subscription JOIN pg_stat_activity USING (pid) WHERE subname = $1 AND relid IS NULL',
      [subscription],
    );
    return rows[0];
  };
  const first = await worker();
  if (first === undefined) return false;
  await follower.query('SELECT pg_terminate_backend($1)', [first.pid]);
  const isBack = await untilOrLate({
    subject: 'the other site',
    condition: 'a new connection to its writer',
    timeoutMs: RECONNECT_MS,
    intervalMs: 100,
    probe: async () => {
      const next = await worker();
      // it is there once its writer has begun to send
      return next !== undefined && next.pid !== first.pid && /^logicalapplymain$/iu.test(next.event ?? '');
    },
  });
  return isBack === true;
}

/** Whether a follower hears of its writer after `since`, for as long as its worker is connected, at the most until `until`. */
export async function hearsOf(follower: pg.Client, plan: Plan, since: string | undefined, deadline: number): Promise<boolean> {
  if (since === undefined) return false;
  const what = await untilOrLate({
    subject: 'the other site',
    condition: 'a word of its writer',
    timeoutMs: Math.max(0, deadline - performance.now()),
    intervalMs: 100,
    probe: async () => {
      const heard = await lastHeard(follower, plan);
      // its connection has ended: there is nobody to hear of
      if (heard === undefined) return 'nothing' as const;
      return heard === since ? undefined : ('heard' as const);
    },
  });
  return what === 'heard';
}
