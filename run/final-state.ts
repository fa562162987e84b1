import type pg from 'pg';
import QueryStream from 'pg-query-stream';
import { FINAL_STATE_SETTINGS_SQL, finalStateSql, openJobsSql } from '../platform/final-state.ts';
import type { FinalRow } from '../record/format.ts';
import type { RecordWriter } from '../record/writer.ts';
import { messageOf } from '../support/errors.ts';
import { withDatabase } from '../support/database.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';
import { transactionsOf } from './transactions.ts';

export interface FinalState {
  truth: string;
  copies: Record<string, 'primary' | 'replica'>;
  troubles: string[];
  /** ms until every copy showed the marker, by copy; null: it answered for half of the time given or more, and still lacked it at the end */
  catchUpMs: Record<string, number | null>;
}

/** Reads every copy once nothing is in flight: jobs drained, a marker seen everywhere, each copy in one snapshot, the truth twice. */
export async function readFinalState(
  topology: Topology,
  run: { tag: string; startedAt: Date; writer: RecordWriter; timeoutMs?: number },
): Promise<FinalState> {
  const { tag, startedAt, writer, timeoutMs = limits.catchUp } = run;
  const states = await topology.database.copies();
  const truth = (await topology.database.primary()).name;
  const copies = Object.fromEntries(states.map(({ name }) => [name, name === truth ? 'primary' : 'replica'] as const));
  const troubles: string[] = [];
  await withCopy(topology, truth, (client) => drained(client, tag)).catch((error: unknown) => troubles.push(messageOf(error)));
  const nonce = `final-${tag}`;
  await withCopy(topology, truth, (client) =>
    client.query('insert into markers (run, nonce) values ($1, $2) on conflict do nothing', [tag, nonce]),
  );
  const before = await withCopy(topology, truth, (client) => fingerprint(client, tag));
  const started = performance.now();
  const catchUpMs: Record<string, number | null> = {};
  await Promise.all(
    Object.keys(copies).map(async (copy) => {
      let lackedSince: number | undefined;
      try {
        await readCopy(topology, {
          copy,
          tag,
          nonce,
          writer,
          timeoutMs,
          asked: (shows) => {
            lackedSince = shows === false ? (lackedSince ?? performance.now()) : undefined;
            if (shows === true) catchUpMs[copy] ??= Math.round(performance.now() - started);
          },
        });
      } catch (error) {
        // one that refuses connections, or answers only now, may still be on its way
        if (lackedSince !== undefined && performance.now() - lackedSince >= timeoutMs / 2) catchUpMs[copy] = null;
        // without its file the copy is judged as missing, which is what it is
        troubles.push(`final state of ${copy}: ${messageOf(error)}`);
      }
    }),
  );
  await transactionsOf(topology, { truth, tag, since: startedAt })
    .then((lines) => writer.writeTransactions(lines))
    .catch((error: unknown) => troubles.push(`transactions at ${truth}: ${messageOf(error)}`));
  for (const [copy, rows] of topology.database.deposedRows({ run: tag, since: startedAt })) {
    await writer
      .writeDeposed(copy, rows)
      .catch((error: unknown) => troubles.push(`rows of ${copy} when it was deposed: ${messageOf(error)}`));
  }
  const after = await withCopy(topology, truth, (client) => fingerprint(client, tag));
  if (after !== before) troubles.push(`final state of ${truth} changed while it was read: expected no writer left`);
  return { truth, copies, troubles, catchUpMs };
}

async function drained(client: pg.Client, tag: string): Promise<void> {
  await until({
    subject: 'platform',
    condition: 'no request of the load in flight, and every job carried out',
    timeoutMs: limits.drained,
    intervalMs: 100,
    probe: async () => {
      const busy = await client.query<{ busy: number }>(
        `select count(*)::int as busy from pg_stat_activity where usename = 'platform' and xact_start is not null and (query ilike '%changes%' or query ilike '%projects%')`,
      );
      const jobs = await client.query<{ open: number }>(openJobsSql(tag));
      const left = { busy: busy.rows[0]?.busy ?? 0, open: jobs.rows[0]?.open ?? 0 };
      if (left.busy > 0 || left.open > 0) throw new Error(`${left.busy} statements, ${left.open} jobs left`);
      return true;
    },
  });
}

interface CopyRead {
  copy: string;
  tag: string;
  nonce: string;
  writer: RecordWriter;
  timeoutMs: number;
  /** told of each look whether the copy shows the marker; undefined: it did not answer */
  asked: (shows: boolean | undefined) => void;
}

/** A copy that still rejoins refuses connections, and may restart while it is read: each look makes its own connection and begins anew. */
async function readCopy(topology: Topology, { copy, tag, nonce, writer, timeoutMs, asked }: CopyRead): Promise<void> {
  await until({
    subject: copy,
    condition: 'the marker row of the truth, and all rows of the run in one go',
    timeoutMs,
    intervalMs: 50,
    probe: async () => {
      let writing: Promise<void> | undefined;
      try {
        return await withCopy(topology, copy, async (client) => {
          const { rowCount } = await client.query('select from markers where run = $1 and nonce = $2', [tag, nonce]);
          asked(rowCount === 1);
          if (rowCount !== 1) return false;
          await (writing = writer.writeFinal(copy, rowsOf(client, tag)));
          return true;
        });
      } catch (error) {
        asked(undefined);
        throw error;
      } finally {
        // a connection that is lost is told before what was read of it has ended and is taken away
        await writing?.catch(() => undefined);
      }
    },
  });
}

async function* rowsOf(client: pg.Client, tag: string): AsyncGenerator<FinalRow> {
  await client.query(FINAL_STATE_SETTINGS_SQL);
  const stream = client.query(new QueryStream(finalStateSql(tag), [], { batchSize: 5000 }));
  // the driver ends no stream whose server went away, destroyed or not
  const lost = new Promise<never>((_resolve, reject) => client.once('error', reject));
  lost.catch(() => undefined);
  const rows = (stream as AsyncIterable<Record<string, unknown>>)[Symbol.asyncIterator]();
  for (;;) {
    const row = await Promise.race([rows.next(), lost]);
    if (row.done === true) return;
    yield Object.fromEntries(Object.entries(row.value).filter(([, value]) => value !== null)) as FinalRow;
  }
}

/** A digest of the run's rows at a copy; two equal ones say that nobody wrote between them. */
async function fingerprint(client: pg.Client, tag: string): Promise<string> {
  await client.query(FINAL_STATE_SETTINGS_SQL);
  const { rows } = await client.query<{ digest: string }>(
    `select md5(coalesce(string_agg(f::text, ',' order by f.id), '')) as digest from (${finalStateSql(tag)}) f`,
  );
  return rows[0]?.digest ?? '';
}

function withCopy<T>(topology: Topology, copy: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  return withDatabase(topology.database.dsn(copy), use);
}
