import { ACKS_WITHIN, DEFAULT_DEADLINE_MS, PHASE_NAMES } from '../record/format.ts';
import type { RecordFolder } from '../record/reader.ts';
import { quoted, type Database } from './database.ts';
import { meantToBreak } from './overload.ts';
import type { FileState } from './tables.ts';

/** Least evidence when run.json names no floors; docs/verdict.md gives the reasons. */
export const DEFAULT_FLOORS = {
  addsPerSecond: 20,
  readsPerSecond: 40,
  coverage: 0.5,
  samplesPerSecond: 5,
  acksBeforeFault: 10,
  failedCalls: 0,
  askedAgain: 0.9,
  askedOfEach: 20,
  strangers: 0.01,
  connectsPerSecond: 1,
} as const;

/** Length of a time slice; µs. */
export const SLICE = 100_000;

/** Makes the small tables that hold what run.json says, and what became of the record's files. */
export async function loadSettings(database: Database, record: RecordFolder, files: FileState[]): Promise<void> {
  const { run } = record;
  const final = new Map(files.filter((file) => file.copy !== null).map((file) => [file.copy, file]));
  const whole = (file: FileState): boolean => file.whole && (file.stated === null || file.stated === file.lines);

  await database.table(
    'files',
    { name: 'VARCHAR', label: 'VARCHAR', copy: 'VARCHAR', lines: 'BIGINT', whole: 'BOOLEAN', stated: 'BIGINT' },
    files,
  );
  await database.table(
    'run',
    {
      truth: 'VARCHAR',
      replication: 'VARCHAR',
      routing: 'VARCHAR',
      pattern: 'VARCHAR',
      replicas_current: 'BOOLEAN',
      losses_allowed: 'BOOLEAN',
      meant_to_break: 'BOOLEAN',
      deadline: 'DOUBLE',
      availability: 'DOUBLE',
      shares_promised: 'BOOLEAN',
      at_random: 'BOOLEAN',
      short_lived: 'BOOLEAN',
      acks_within: 'BIGINT',
    },
    [
      {
        truth: run.truth ?? null,
        replication: run.topology.replication ?? null,
        routing: run.topology.routing ?? null,
        pattern: run.topology.pattern ?? null,
        replicas_current: run.bounds.staleReplica === 0,
        losses_allowed: (run.bounds.lost ?? 0) > 0,
        meant_to_break: meantToBreak(run),
        deadline: (run.deadlineMs ?? DEFAULT_DEADLINE_MS) * 1000,
        availability: run.bounds.availability ?? null,
        short_lived: (run.arrivals?.shortLived ?? 0) > 0,
        at_random: run.arrivals?.process === 'random',
        acks_within: ACKS_WITHIN[run.arrivals?.process ?? 'even'],
        shares_promised:
          run.bounds.leastShare !== undefined || (run.bounds.share !== undefined && run.topology.routing !== 'active-passive'),
      },
    ],
  );
  const named = [...Object.keys(run.copies ?? {}), ...Object.keys(run.catchUpMs ?? {}), ...(run.truth === undefined ? [] : [run.truth])];
  const copies = new Set([...named, ...final.keys()]);
  await database.table(
    'copies',
    { copy: 'VARCHAR', role: 'VARCHAR', present: 'BOOLEAN', whole: 'BOOLEAN', late: 'BOOLEAN' },
    [...copies].map((copy) => {
      const file = copy === null ? undefined : final.get(copy);
      return {
        copy,
        role: run.copies?.[copy ?? ''] ?? null,
        present: file !== undefined,
        whole: file !== undefined && whole(file),
        late: run.catchUpMs?.[copy ?? ''] === null,
      };
    }),
  );
  const sites = [...new Set(run.topology.sites ?? [])];
  await database.table(
    'named_sites',
    { site: 'VARCHAR', rank: 'BIGINT' },
    sites.map((site, rank) => ({ site, rank })),
  );
  await database.table(
    'plan',
    { kind: 'op_kind', rate: 'DOUBLE' },
    Object.entries(run.load ?? {}).map(([kind, rate]) => ({ kind, rate })),
  );
  await database.table(
    'planned_offers',
    { kind: 'op_kind', role: 'asked_role', rate: 'DOUBLE' },
    (run.arrivals?.offers ?? []).map(({ kind, role = null, perSecond }) => ({ kind, role, rate: perSecond })),
  );
  await database.table(
    'troubles',
    { text: 'VARCHAR' },
    run.troubles.map((text) => ({ text })),
  );
  await database.table(
    'floors',
    {
      addsPerSecond: 'DOUBLE',
      readsPerSecond: 'DOUBLE',
      coverage: 'DOUBLE',
      samplesPerSecond: 'DOUBLE',
      acksBeforeFault: 'BIGINT',
      failedCalls: 'BIGINT',
      askedAgain: 'DOUBLE',
      askedOfEach: 'BIGINT',
      strangers: 'DOUBLE',
      connectsPerSecond: 'DOUBLE',
    },
    [{ ...DEFAULT_FLOORS, ...run.floors }],
  );
  await database.table(
    'bounds_given',
    { bound: 'VARCHAR' },
    Object.entries(run.bounds).flatMap(([bound, value]) => (value === undefined ? [] : [{ bound }])),
  );
  const [low, high] = run.bounds.share ?? [null, null];
  await database.table('share_bound', { low: 'DOUBLE', high: 'DOUBLE' }, [{ low, high }]);
  await loadPhases(database, record);
}

/** The phases of run.json, or when it names none: before, during and after the journalled faults; the whole run without faults. */
async function loadPhases(database: Database, { run }: RecordFolder): Promise<void> {
  let phases: { name: string; start: number; end: number }[] = run.phases ?? [];
  if (phases.length === 0) {
    const span = await database.row(`
      SELECT (SELECT min(due) FROM history WHERE op <> 'end') AS first, (SELECT max(due) + 1 FROM history WHERE op <> 'end') AS last,
        (SELECT min("at") FROM fault_lines) AS broken, (SELECT max("at") FILTER (WHERE state = 'gone') FROM fault_lines) AS gone`);
    if (typeof span.first === 'number' && typeof span.last === 'number') {
      const from = typeof span.broken === 'number' ? span.broken : span.last;
      const to = typeof span.gone === 'number' ? span.gone : span.last;
      phases = [
        { name: 'before', start: span.first, end: Math.min(from, span.last) },
        { name: 'during', start: Math.max(from, span.first), end: Math.min(to, span.last) },
        { name: 'after', start: Math.max(to, span.first), end: span.last },
      ].filter((phase) => phase.end > phase.start);
    }
  }
  await database.table('phases', { name: 'phase_name', start: 'BIGINT', end: 'BIGINT' }, phases);
  const cases = PHASE_NAMES.flatMap((name) => {
    const phase = phases.find((candidate) => candidate.name === name);
    return phase === undefined ? [] : [`WHEN t >= ${phase.start} AND t < ${phase.end} THEN ${quoted(name)}::phase_name`];
  });
  const body = cases.length === 0 ? 'NULL::phase_name' : `CASE ${cases.join(' ')} END`;
  await database.run(`CREATE MACRO phase_of(t) AS ${body}`);
}
