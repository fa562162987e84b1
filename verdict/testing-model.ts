import fc from 'fast-check';

type Line = Record<string, unknown>;

/** What a model of the database did with one element, and what clients saw of it; times in µs. */
export type World = {
  id: string;
  history: Line[];
  present: boolean;
  fate: 'acknowledged' | 'accepted' | 'unknown' | 'failed';
  knownAt: number | null;
};

/** One element's life: its add (perhaps repeated) takes effect at one moment, or never; reads look at a moment inside their call. */
const life = fc.record({
  name: fc.string({ unit: 'grapheme', maxLength: 6 }),
  fate: fc.constantFrom('acknowledged', 'acknowledged', 'acknowledged', 'accepted', 'unknown', 'failed'),
  start: fc.integer({ min: 0, max: 50 }),
  length: fc.integer({ min: 0, max: 50 }),
  /** where in the call the commit happened, 0 to 1; an unknown one may commit after it */
  commit: fc.double({ min: 0, max: 1, noNaN: true }),
  commits: fc.boolean(),
  repeated: fc.constantFrom('no', 'failed before', 'unknown before', 'ok after'),
  lag: fc.integer({ min: 0, max: 100 }),
  reads: fc.array(
    fc.record({
      start: fc.integer({ min: 0, max: 200 }),
      length: fc.integer({ min: 0, max: 40 }),
      look: fc.double({ min: 0, max: 1, noNaN: true }),
      replica: fc.boolean(),
      answers: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

/** Many independent elements that lived legally. */
export const worlds = fc.array(life, { minLength: 40, maxLength: 60 }).map((lives) => lives.map(live));

function live(one: Life, index: number): World {
  const id = `${index} ${one.name}`;
  const end = one.start + one.length;
  const within = one.start + Math.floor(one.length * one.commit);
  const committed =
    { acknowledged: within, accepted: within, unknown: one.commits ? within + Math.floor(40 * one.commit) : null, failed: null }[
      one.fate
    ] ?? null;
  const adds: Line[] = [{ op: 'add', id, client: 1, start: one.start, end, ...outcomeOf(one.fate) }];
  if (one.repeated === 'failed before')
    adds.unshift({ op: 'add', id, client: 1, start: one.start - 20, end: one.start - 10, outcome: 'failed' });
  if (one.repeated === 'unknown before' && one.fate !== 'failed')
    adds.unshift({ op: 'add', id, client: 1, start: one.start - 20, end: one.start - 10, outcome: 'unknown' });
  if (one.repeated === 'ok after' && one.fate === 'acknowledged')
    adds.push({ op: 'add', id, client: 1, start: end + 5, end: end + 9, outcome: 'ok', attempt: 2 });
  let knownAt = one.fate === 'acknowledged' ? end : null;
  const reads = one.reads.map(({ start, length, look, replica, answers }, nth): Line => {
    const call = {
      op: 'read',
      id,
      client: 10 + nth,
      start,
      end: start + length,
      role: replica ? 'replica' : 'primary',
      copy: replica ? 'db2' : 'db1',
    };
    if (!answers) return { ...call, outcome: 'unknown' };
    const visible = committed === null ? Infinity : committed + (replica ? one.lag : 0);
    const found = visible <= start + Math.floor(length * look);
    if (found && !replica) knownAt = Math.min(knownAt ?? Infinity, start + length);
    return { ...call, outcome: 'ok', found };
  });
  // an element that was only accepted may be gone after a failover
  const present = committed !== null && !(one.fate === 'accepted' && !one.commits);
  return { id, history: [...adds, ...reads], present, fate: one.fate, knownAt };
}

function outcomeOf(fate: string): Line {
  if (fate === 'acknowledged') return { outcome: 'ok' };
  return fate === 'accepted' ? { outcome: 'ok', replicated: false, status: 202 } : { outcome: fate };
}
