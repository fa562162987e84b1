import { OPERATION_KINDS, PHASE_NAMES } from '../record/format.ts';
import type { Connects, InFlight, Latency, Recovery, Silence, Staleness, Verdict } from '../record/verdict-format.ts';
import type { z } from 'zod';
import { sqlFile, type Database, type Row } from './database.ts';

/** The measured part of a verdict. */
export type Figures = Pick<Verdict, 'availability' | 'recovery' | 'staleness' | 'coverage' | 'shares' | 'writes'> &
  Required<Pick<Verdict, 'jobs' | 'audit' | 'connects'>> &
  Pick<Verdict, 'machine' | 'contradicted' | 'inFlight'>;

/** Measures availability, recovery, staleness, coverage, shares, the fates of writes, and what could have broken the promises. */
export async function measure(database: Database, restarting: Map<string, number>): Promise<Figures> {
  const query = queryOf(database);
  const staleness = stalenessOf(await query('staleness'), restarting);
  const shares: Record<string, Record<string, number>> = {};
  for (const { phase, site, share } of await query('shares')) (shares[String(phase)] ??= {})[String(site)] = Number(share);
  const [writes] = await query('writes');
  const stages = await query('stages');
  const { puts, transactions, jobs, down, struck } =
    await database.row(`SELECT (SELECT count(*) FROM puts) AS puts, (SELECT count(*) FROM transactions) AS transactions,
    EXISTS (FROM truth_rows WHERE job_ms IS NOT NULL) AS jobs, EXISTS (FROM copy_samples WHERE NOT up) AS down,
    EXISTS (FROM faults WHERE applied IS NOT NULL) AS struck`);
  return {
    ...(await measureCalls(database)),
    ...(struck === true ? { inFlight: (await query('in-flight')) as unknown as InFlight[] } : {}),
    staleness,
    coverage: coverage(await query('coverage')),
    shares,
    audit: (await query('audit')) as unknown as Figures['audit'],
    connects: connectsOf(await query('connects')),
    jobs: jobs === true ? jobsOf(await query('jobs')) : {},
    ...machineOf(await query('machine')),
    ...(down === true ? contradictedOf(await query('contradicted')) : {}),
    writes: {
      ...writes,
      ...(stages.some(({ stage }) => stage !== null) ? { stages } : {}),
      ...(puts === 0 ? {} : { puts: (await query('puts'))[0] }),
      ...(transactions === 0 ? {} : { transactions: (await query('transactions'))[0] }),
    } as unknown as Verdict['writes'],
  };
}

/** Measures what the calls alone tell: availability and recovery. */
export async function measureCalls(database: Database): Promise<Pick<Figures, 'availability' | 'recovery'>> {
  const query = queryOf(database);
  const { faults } = await database.row('SELECT count(*) AS faults FROM faults');
  return {
    availability: await availability(database, query),
    recovery: (faults === 0 ? [] : await query('recovery')) as unknown as z.infer<typeof Recovery>[],
  };
}

function queryOf(database: Database): (name: string) => Promise<Row[]> {
  return (name) => database.rows(sqlFile(`figures/${name}.sql`));
}

async function availability(database: Database, query: (name: string) => Promise<Row[]>): Promise<Verdict['availability']> {
  const times = await query('times');
  const tallies = await query('tallies');
  const good = (kind: string, phase: string | null): number | null => {
    const row = times.find((time) => time.kind === kind && time.phase === phase);
    return row === undefined || Number(row.total) === 0 ? null : Number(row.good ?? 0) / Number(row.total);
  };
  const at = (kind: string | null, phase: string | null): Row | undefined =>
    tallies.find((row) => row.kind === kind && row.phase === phase);
  const tally = (kind: string | null, phase: string | null) => {
    const row = at(kind, phase) ?? {};
    const offered = Number(row.offered ?? 0);
    const ok = Number(row.ok ?? 0);
    return {
      offered,
      ok,
      failed: Number(row.failed ?? 0),
      unknown: Number(row.unknown ?? 0),
      dropped: Number(row.dropped ?? 0),
      late: Number(row.late ?? 0),
      accepted: Number(row.accepted ?? 0),
      event: offered === 0 ? null : ok / offered,
      time: good(kind ?? 'all', phase),
    };
  };
  const outages = await database.rows('SELECT kind, start, "end", censored FROM outages ORDER BY kind, start');
  const { waits } = await database.row('SELECT count(*) > 0 AS waits FROM vain');
  const silences = waits === true ? await query('silence') : [];
  const warmUp = await database.row(`
    SELECT count(*) AS offered, count(*) FILTER (result IN ('ok', 'accepted')) AS ok,
      (SELECT coalesce(sum(took) FILTER (busy), 0) / 1e6 FROM machine_samples
        WHERE "end" > (SELECT min(due) FROM offered) AND start < (SELECT min(start) FROM phases)) AS busy
    FROM offered WHERE due < (SELECT min(start) FROM phases)`);
  const busySeconds = Number(warmUp.busy);
  const kinds = OPERATION_KINDS.filter((kind) => at(kind, null) !== undefined);
  const phases = PHASE_NAMES.filter((phase) => at(null, phase) !== undefined);
  return {
    ...tally(null, null),
    outages: outages as unknown as Verdict['availability']['outages'],
    byKind: Object.fromEntries(kinds.map((kind) => [kind, tally(kind, null)])),
    byPhase: Object.fromEntries(phases.map((phase) => [phase, { ...tally(null, phase), latency: latency(at(null, phase)) }])),
    latency: latency(at(null, null)),
    silences: silences as unknown as Silence[],
    ...(warmUp.offered === 0
      ? {}
      : { warmUp: { offered: Number(warmUp.offered), ok: Number(warmUp.ok), ...(busySeconds === 0 ? {} : { busySeconds }) } }),
  };
}

function latency(row: Row | undefined): z.infer<typeof Latency> | null {
  const [p50, p95, p99] = numbers(row?.latency ?? null);
  if (p50 === undefined || p95 === undefined || p99 === undefined) return null;
  return { p50, p95, p99, max: Number(row?.slowest) };
}

function connectsOf(rows: Row[]): Figures['connects'] {
  return rows.map(({ phase, site, made, refused, took }) => {
    const [p50Ms = null, p99Ms = null, maxMs = null] = numbers(took);
    return {
      phase: String(phase) as Connects['phase'],
      site: site === null ? null : String(site),
      made: Number(made),
      refused: Number(refused),
      p50Ms,
      p99Ms,
      maxMs,
    };
  });
}

function jobsOf(rows: Row[]): Figures['jobs'] {
  const told = rows.flatMap((row) => {
    const waits = latency(row);
    return waits === null ? [] : [[String(row.phase), { jobs: Number(row.jobs), untold: Number(row.untold), ...waits }] as const];
  });
  return Object.fromEntries(told);
}

function machineOf(rows: Row[]): Pick<Figures, 'machine'> {
  if (rows.length === 0) return {};
  return { machine: Object.fromEntries(rows.map(({ phase, ...watched }) => [phase, watched])) as NonNullable<Figures['machine']> };
}

function contradictedOf(rows: Row[]): Pick<Figures, 'contradicted'> {
  return rows.length === 0 ? {} : { contradicted: rows as unknown as NonNullable<Figures['contradicted']> };
}

function stalenessOf(rows: Row[], restarting: Map<string, number>): Verdict['staleness'] {
  const entry = (row: Row): Staleness => {
    const [p50, p99] = numbers(row.lower);
    const [upperP50Ms = null, upperP99Ms = null, upperMaxMs = null] = row.upper as (number | null)[];
    const [pairs, stale] = [Number(row.pairs), Number(row.stale)];
    const lower = { pairs, stale, share: stale / pairs, p50Ms: p50 ?? null, p99Ms: p99 ?? null, maxMs: Number(row.longest) };
    return { ...lower, upperP50Ms, upperP99Ms, upperMaxMs, censored: Number(row.censored) };
  };
  return Object.fromEntries(
    rows
      .filter((row) => row.phase === null)
      .map((row) => {
        const copy = String(row.copy);
        const byPhase = rows
          .filter((other) => other.copy === row.copy && other.phase !== null)
          .map((other) => [String(other.phase), entry(other)] as const);
        return [copy, { ...entry(row), restarting: restarting.get(copy) ?? 0, byPhase: Object.fromEntries<Staleness>(byPhase) }];
      }),
  );
}

function coverage(rows: Row[]): Verdict['coverage'] {
  const entry = (row: Row | undefined) => {
    const acknowledged = Number(row?.acknowledged ?? 0);
    const refutable = Number(row?.refutable ?? 0);
    return { acknowledged, refutable, share: acknowledged === 0 ? null : refutable / acknowledged };
  };
  const by = (per: string) => Object.fromEntries(rows.filter((row) => row.per === per).map((row) => [String(row.name), entry(row)]));
  return { ...entry(rows.find((row) => row.per === '')), byPhase: by('phase'), byCopy: by('copy') };
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}
