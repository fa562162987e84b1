import fc from 'fast-check';
import { GAP, isDegraded, primaryAt, replicaAt, shows, standing, survives, type Course, type Transaction } from './testing-cluster.ts';

type Line = Record<string, unknown>;

/** What became of one element, and what clients saw of it. */
export type Element = {
  id: string;
  history: Line[];
  transactions: Transaction[];
  written: Transaction | undefined;
  present: boolean;
  accepted: boolean;
};

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
/** A read, a get: `look` is the moment inside the call at which the database was asked. */
const look = fc.record({
  start: fc.integer({ min: 0, max: 250 }),
  length: fc.integer({ min: 0, max: 40 }),
  look: fraction,
  client: fc.integer({ min: 10, max: 14 }),
  replica: fc.boolean(),
  answers: fc.boolean(),
  token: fc.boolean(),
});
type Look = typeof look extends fc.Arbitrary<infer T> ? T : never;

const attempt = fc.record({
  wanted: fc.constantFrom('ok', 'ok', 'ok', 'accepted', 'unknown', 'failed'),
  pause: fc.integer({ min: 1, max: 20 }),
  length: fc.integer({ min: 0, max: 50 }),
  begin: fraction,
  commit: fraction,
  commits: fc.boolean(),
  replicates: fc.boolean(),
});

/** One element's life: its attempts take effect at one moment, or never; reads look at a moment inside their call. */
export const life = fc.record({
  name: fc.string({ unit: 'grapheme', maxLength: 6 }),
  start: fc.integer({ min: 0, max: 160 }),
  attempts: fc.array(attempt, { minLength: 1, maxLength: 3 }),
  reads: fc.array(look, { maxLength: 6 }),
});
export type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

export const keyLife = fc.record({ puts: fc.array(attempt, { minLength: 2, maxLength: 6 }), gets: fc.array(look, { maxLength: 12 }) });
export type KeyLife = typeof keyLife extends fc.Arbitrary<infer T> ? T : never;

/** What one attempt to write did: its answer, and the transaction that it was. */
export function tried(course: Course, start: number, how: Life['attempts'][number]): { line: Line; transaction: Transaction } {
  const { failover } = course;
  const end = start + how.length;
  const dies = failover !== null && start < failover && end >= failover;
  const within = start + Math.floor((dies ? failover - 1 - start : how.length) * how.commit);
  const begin = start + Math.floor((within - start) * how.begin);
  const base = { start, end };
  const rolledBack = { begin, commit: Infinity, over: end, replicated: false };
  if (primaryAt(course, start) === null || how.wanted === 'failed')
    return { line: { ...base, outcome: 'failed' }, transaction: rolledBack };
  if (dies || how.wanted === 'unknown') {
    // an unanswered one may commit after its call; a commit that still waits for its standby is invisible, and dies with db1
    const commit = dies ? within : within + Math.floor(40 * how.commit);
    const commits = how.commits && (failover === null || start >= failover || commit < failover);
    const over = failover === null || start >= failover ? end + 20 : Math.min(end + 20, failover);
    return {
      line: { ...base, outcome: 'unknown' },
      transaction: commits ? { begin, commit, over: commit, replicated: true } : { ...rolledBack, over },
    };
  }
  const where = standing(course, within);
  const accepted = how.wanted === 'accepted';
  const unpromised = accepted || isDegraded(course, start, end);
  const replicated = !unpromised || how.replicates || (failover !== null && start >= failover + GAP);
  const line = { ...base, outcome: 'ok', ...where, ...(accepted ? { replicated: false, status: 202 } : {}) };
  return { line, transaction: { begin, commit: within, over: within, replicated } };
}

/** Lives one element through: attempts follow each other until one is answered with ok. */
export function liveElement(course: Course, one: Life, index: number): Element {
  const id = `${index} ${one.name}`;
  const adds: Line[] = [];
  const transactions: Transaction[] = [];
  let written: Transaction | undefined;
  let start = one.start;
  for (const [nth, how] of one.attempts.entries()) {
    const { line, transaction } = tried(course, start, how);
    // a repeat of what an earlier attempt wrote finds it there, or waits for it
    const again = written !== undefined && line.outcome === 'ok';
    if (again && written !== undefined) written.commit = Math.min(written.commit, transaction.commit);
    else transactions.push(transaction);
    if (written === undefined && transaction.commit < Infinity) written = transaction;
    else if (written !== undefined && !again) transaction.commit = Infinity;
    const seen = again && nth % 2 === 1 ? { outcome: 'unknown', found: true } : {};
    adds.push({ op: 'add', id, client: 1, attempt: nth + 1, ...line, ...seen });
    if (line.outcome === 'ok') break;
    start = Number(line.end) + how.pause;
  }
  const accepted = adds.some((line) => line.replicated === false) || (written !== undefined && !written.replicated);
  const history = [...adds, ...one.reads.map((read) => readOf(course, id, read, adds, written))];
  return { id, history, transactions, written, present: written !== undefined && survives(course, written), accepted };
}

function readOf(course: Course, id: string, read: Look, adds: Line[], written: Transaction | undefined): Line {
  const { call, copy, moment } = asked(course, read);
  const line = { op: 'read', id, ...call };
  if (copy === null || !read.answers) return { ...line, outcome: 'unknown' };
  const ack = adds.find((add) => add.outcome === 'ok' && add.replicated !== false && Number(add.end) < read.start);
  const found = written !== undefined && shows(course, copy, moment, written);
  if (!read.token || !read.replica || ack === undefined || written?.replicated !== true) return { ...line, copy, outcome: 'ok', found };
  // a copy that does not have the position in time gives no answer
  return { ...line, copy, ...tokenOf(ack), ...(found ? { outcome: 'ok', found } : { outcome: 'failed', status: 503 }) };
}

/** Who served a call, and when it looked. */
export function asked(course: Course, read: Look): { call: Line; copy: 'db1' | 'db2' | null; moment: number } {
  const moment = read.start + Math.floor(read.length * read.look);
  const copy = read.replica ? replicaAt(course, moment) : primaryAt(course, moment);
  const call = { client: read.client, start: read.start, end: read.start + read.length, role: read.replica ? 'replica' : 'primary' };
  return { call, copy, moment };
}

function tokenOf({ system, timeline, epoch, lsn }: Line): { token: string } {
  return { token: `${String(system)}:${String(timeline)}:${String(epoch)}:${String(lsn)}` };
}
