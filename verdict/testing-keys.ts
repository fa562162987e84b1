import { asked, tried, type KeyLife } from './testing-elements.ts';
import { shows, survives, type Course, type Transaction } from './testing-cluster.ts';

type Line = Record<string, unknown>;
/** One version of a key, and the transaction that wrote it. */
type Version = { version: number; value: string; epoch: number; transaction: Transaction };

/** What became of one key: its puts and gets, and its row in the truth. */
export type Key = { id: string; history: Line[]; transactions: Transaction[]; row: Line | undefined; acked: number };

/** Lives one key through: its one writer puts version after version, and repeats what was not answered with the same value. */
export function liveKey(course: Course, { puts, gets }: KeyLife, index: number): Key {
  const id = `k${index}`;
  const lines: Line[] = [];
  const transactions: Transaction[] = [];
  const versions: Version[] = [];
  let version = 1;
  let pending: Version | undefined;
  let value: string | undefined;
  let start = 10;
  let acked = 0;
  for (const [nth, how] of puts.entries()) {
    // an accepted put that dies would make the writer's versions meet others: the model leaves that to hand-made records
    const { line, transaction } = tried(course, start, how.wanted === 'accepted' ? { ...how, wanted: 'ok' } : how);
    transaction.replicated ||= transaction.commit < Infinity;
    value ??= `${id} ${version}.${nth}`;
    if (pending !== undefined && line.outcome === 'ok') {
      pending.transaction.commit = Math.min(pending.transaction.commit, transaction.commit);
      pending.epoch = Number(line.epoch);
    } else if (pending !== undefined) transaction.commit = Infinity;
    else if (transaction.commit < Infinity) {
      pending = {
        version,
        value,
        epoch: Number(line.epoch ?? (course.failover !== null && start >= course.failover ? 2 : 1)),
        transaction,
      };
      versions.push(pending);
    }
    transactions.push(transaction);
    lines.push({ op: 'put', id, client: 5 + index, ...line, version, value });
    if (line.outcome === 'ok') {
      acked = version;
      version += 1;
      pending = undefined;
      value = undefined;
    }
    start = Number(line.end) + how.pause;
  }
  const row = versions.findLast(({ transaction }) => survives(course, transaction));
  const rowOf = row === undefined ? undefined : { id, version: row.version, value: row.value, epoch: row.epoch };
  return { id, history: [...lines, ...gets.map((get) => getOf(course, id, get, versions))], transactions, row: rowOf, acked };
}

function getOf(course: Course, id: string, get: KeyLife['gets'][number], versions: readonly Version[]): Line {
  const { call, copy, moment } = asked(course, get);
  const line = { op: 'get', id, ...call };
  if (copy === null || !get.answers) return { ...line, outcome: 'unknown' };
  const seen = versions.findLast(({ transaction }) => shows(course, copy, moment, transaction));
  return {
    ...line,
    copy,
    outcome: 'ok',
    found: seen !== undefined,
    ...(seen === undefined ? {} : { version: seen.version, value: seen.value }),
  };
}
