import { z } from 'zod';

/** Version of the run record that this code writes and reads. */
export const RECORD_FORMAT = 1;

/** Microseconds since the run's zero on CLOCK_MONOTONIC; negative before it. */
const micros = z.number().int();

/** Kinds of operation a load generator may record. */
export const OPERATION_KINDS = ['add', 'read', 'put', 'get', 'list'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** What became of an operation; `unknown` may or may not have happened. */
export const OUTCOMES = ['ok', 'failed', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How long a call may take before its answer comes too late, where a record does not say; ms. The client of our own load gives up then. */
export const DEFAULT_DEADLINE_MS = 2_000;

/**
 * Acknowledgements before a fault are counted over this time; µs. Calls that come at random come in clusters: of 13 that are due in 100 ms on
 * average fewer than 10 come one time in six, of 26 in 200 ms one time in ten thousand.
 */
export const ACKS_WITHIN = { even: 100_000, random: 200_000 } as const;

/** The three stretches of a run that are judged; warm-up lies before the first. */
export const PHASE_NAMES = ['before', 'during', 'after'] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

/** What a load was to ask for: operations a second of a kind, and of the role that they ask of the database; writes ask for none. */
export const PlannedOffer = z.strictObject({
  kind: z.enum(OPERATION_KINDS),
  role: z.enum(['primary', 'replica']).optional(),
  perSecond: z.number().min(0),
});
export type PlannedOffer = z.infer<typeof PlannedOffer>;

/** Every finding class of the verdict, each with a rule; causes stand before what they bring along. */
export const FINDING_CLASSES = [
  'split-brain',
  'lost',
  'lost-unreplicated',
  'lost-update',
  'read-then-lost',
  'duplicated',
  'phantom',
  'unexpected',
  'never-written',
  'wrong-row',
  'not-primary',
  'unfinished',
  'missing-at-copy',
  'extra-at-copy',
  'stale',
  'non-monotonic',
  'non-monotonic-session',
  'skipped',
  'broken-list',
  'two-writable',
  'misrouted',
  'never-read',
  'vacuous',
  'unwatched-exit',
] as const;
export type FindingClass = (typeof FINDING_CLASSES)[number];

/** Classes of findings that a figure worse than its bound makes, without a rule of their own. */
export const FIGURE_CLASSES = [
  'availability',
  'time-availability',
  'longest-outage',
  'longest-silence',
  'rto',
  'latency',
  'late-jobs',
  'cold-start',
] as const;
export type FigureClass = (typeof FIGURE_CLASSES)[number];

const EXPECTABLE: readonly string[] = ['inconclusive', ...FINDING_CLASSES, ...FIGURE_CLASSES];

/** Promises that a scenario makes; an absent one is measured, not judged. */
export const Bounds = z.strictObject({
  /** acknowledged writes that may be missing; count */
  lost: z.number().int().min(0).optional(),
  /** writes that may be missing because nobody promised their replication: answered with 202, or while degraded; count */
  lostUnreplicated: z.number().int().min(0).optional(),
  /** age of the oldest lost acknowledgement at the fault; ms */
  rpoMs: z.number().min(0).optional(),
  /** stale reads that were asked of the primary; count */
  stalePrimary: z.number().int().min(0).optional(),
  /** stale reads that were asked of a replica; count */
  staleReplica: z.number().int().min(0).optional(),
  /** writes that nobody had acknowledged, that a replica alone showed, and that are missing; count */
  shownUnconfirmed: z.number().int().min(0).optional(),
  /** 99th percentile of replica staleness; ms */
  staleReplicaP99Ms: z.number().min(0).optional(),
  /** ok / offered, 0 to 1 */
  availability: z.number().min(0).max(1).optional(),
  /** share of good time, 0 to 1 */
  timeAvailability: z.number().min(0).max(1).optional(),
  /** longest outage window of any kind of operation; ms */
  longestOutageMs: z.number().min(0).optional(),
  /** longest time for which one client, pod or site got no answer; ms */
  longestSilenceMs: z.number().min(0).optional(),
  /** from the fault to stable service; ms */
  rtoMs: z.number().min(0).optional(),
  /** 99th percentile of latency, fault-free phases; ms */
  latencyP99Ms: z.number().min(0).optional(),
  /** 95th percentile of the time from a change to the completion of its job, fault-free phases; ms */
  jobP95Ms: z.number().min(0).optional(),
  /** longest time from an acknowledged change to the completion of its job, in every phase; ms */
  longestJobMs: z.number().min(0).optional(),
  /** share of the calls due before the first phase that may not be ok, 0 to 1 */
  coldStart: z.number().min(0).max(1).optional(),
  /** stale reads of a replica that had just restarted and was still catching up; count */
  staleRestarting: z.number().int().min(0).optional(),
  /** share of each active site while all are up, [min, max] */
  share: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]).optional(),
  /** share of each site in each phase, the fault's own included and whatever the load balancer says of the site, 0 to 1 */
  leastShare: z.number().min(0).max(1).optional(),
});
export type Bounds = z.infer<typeof Bounds>;

/** Least evidence below which a verdict would be vacuous. */
export const Floors = z.strictObject({
  /** issued adds a second, in each phase */
  addsPerSecond: z.number().min(0).optional(),
  /** issued reads a second, in each phase */
  readsPerSecond: z.number().min(0).optional(),
  /** share of acknowledged elements that some read could refute */
  coverage: z.number().min(0).max(1).optional(),
  /** observer samples a second of each copy and of the balancer */
  samplesPerSecond: z.number().min(0).optional(),
  /** acknowledged adds in the last 100 ms before a fault was applied, 200 ms where calls come at random; count */
  acksBeforeFault: z.number().int().min(0).optional(),
  /** calls that were not ok while faults lasted, where a fault must be felt; count */
  failedCalls: z.number().int().min(0).optional(),
  /** share of what was acknowledged before the first fault that each member is asked for after the last one, where calls come at random */
  askedAgain: z.number().min(0).max(1).optional(),
  /** reads that each member answers before and after the faults, and after each return, where `arrivals` names its offers; count */
  askedOfEach: z.number().int().min(0).optional(),
  /** calls a second that open a connection or are refused one, before and after the faults, where `arrivals` names a share of short-lived clients */
  connectsPerSecond: z.number().min(0).optional(),
  /** share of the reads that ask for what nobody has acknowledged, where `arrivals` names its offers */
  strangers: z.number().min(0).max(1).optional(),
});
export type Floors = z.infer<typeof Floors>;

/** A fault that was planned, and refused when its time had come: its precondition did not hold, and nothing was done. */
export const LeftOut = z.object({ at: micros, fault: z.string(), target: z.string(), reason: z.string() });
export type LeftOut = z.infer<typeof LeftOut>;

/** What a run drew by chance: how long its course waited beyond the fixed stretch, and the order of the sites in which its scenario went through them. */
export const Drawn = z.looseObject({ delayMs: z.number().min(0).optional(), sites: z.array(z.string()).optional() });
export type Drawn = z.infer<typeof Drawn>;

/** run.json: what was planned and when; written before anything starts, closed at the end. */
export const Run = z.looseObject({
  format: z.number().int(),
  id: z.string().min(1),
  scenario: z.string().min(1),
  startedAt: z.string(),
  seed: z.number().int().optional(),
  /** drawn from `arrivals.seed`; told, not judged */
  drawn: Drawn.optional(),
  zero: z.object({ monotonicNs: z.number(), bootId: z.string() }).optional(),
  /** name of the copy whose final state decides */
  truth: z.string().optional(),
  /** role of each database copy at the end; null: not known */
  copies: z.record(z.string(), z.enum(['primary', 'replica', 'gone']).nullable()).optional(),
  phases: z.array(z.object({ name: z.enum(PHASE_NAMES), start: micros, end: micros })).optional(),
  /** planned operations a second by kind */
  load: z.partialRecord(z.enum(OPERATION_KINDS), z.number().min(0)).optional(),
  /** how calls came: at random, each by itself, or evenly (where absent); `seed`: what they were drawn from; `offers`: what was to be asked of whom; `shortLived`: share of the clients that keep no connection for long, 0 to 1 */
  arrivals: z
    .object({
      process: z.enum(['even', 'random']),
      seed: z.number().int().optional(),
      offers: z.array(PlannedOffer).optional(),
      shortLived: z.number().min(0).max(1).optional(),
    })
    .optional(),
  /** how long a call may take, its repeats included, from the start of its first attempt: the client's timeout; ms. An answer after that is too late to be good */
  deadlineMs: z.number().min(1).max(3_600_000).optional(),
  bounds: Bounds.default({}),
  floors: Floors.default({}),
  /** set by a control: the one finding class (or `inconclusive`) it must produce */
  expect: z
    .string()
    .refine((name) => EXPECTABLE.includes(name), `expected one of ${EXPECTABLE.join(', ')}`)
    .optional(),
  topology: z
    .looseObject({
      pattern: z.enum(['recommended', 'supported']).optional(),
      replication: z.enum(['strict', 'sync', 'async']).optional(),
      routing: z.enum(['active-active', 'active-passive', 'reads-at-both']).optional(),
      /** sites in order of preference; under active-passive the first is the active one */
      sites: z.array(z.string()).optional(),
      /** a deliberate mistake in what is under test, by name: `expect` says what it must be found as */
      sabotage: z.string().optional(),
    })
    .default({}),
  versions: z.record(z.string(), z.string()).default({}),
  /** ms until each copy showed the last row of the truth; null: it never did within the time given */
  catchUpMs: z.record(z.string(), z.number().min(0).nullable()).optional(),
  /** lines that a closed file holds, by its name without ".jsonl" ("observations", "faults", "final/db1"); a shorter file was cut */
  lines: z.record(z.string(), z.number().int().min(0)).optional(),
  /** planned faults that were refused; told, not judged */
  leftOut: z.array(LeftOut).optional(),
  /** why the run itself could not be completed as planned; each makes the verdict inconclusive */
  troubles: z.array(z.string()).default([]),
});
export type Run = z.infer<typeof Run>;

/** One line of history.jsonl: one client call. */
export const Operation = z.looseObject({
  op: z.enum(OPERATION_KINDS),
  id: z.string(),
  client: z.number().int(),
  start: micros,
  end: micros,
  outcome: z.enum(OUTCOMES),
  due: micros.optional(),
  status: z.number().int().optional(),
  error: z.string().optional(),
  attempt: z.number().int().min(1).optional(),
  site: z.string().optional(),
  pod: z.string().optional(),
  /** node of the cluster that the pod ran on */
  node: z.string().optional(),
  /** how long it took to open a connection for the call; µs. Absent: it went over an open one */
  connect: z.number().int().min(0).optional(),
  /** how far a call that failed had come: `dial`: it got no connection and was never sent; any other is a word of the application */
  stage: z.string().optional(),
  /** database copy that served it */
  copy: z.string().optional(),
  /** what was asked for */
  role: z.enum(['primary', 'replica']).optional(),
  /** reads and gets: it was there. Adds: the answer said that the id was there before, which counts as a sighting */
  found: z.boolean().optional(),
  version: z.number().int().optional(),
  value: z.string().optional(),
  /** lists: the position asked from (absent: from the beginning), and the one to go on from; opaque */
  after: z.string().optional(),
  next: z.string().optional(),
  /** lists: the ids shown, in order, and the most that the page could hold */
  items: z.array(z.string()).optional(),
  limit: z.number().int().min(1).optional(),
  /** position that a read demanded of its copy, "system:timeline:epoch:lsn" as an earlier write returned it */
  token: z.string().optional(),
  system: z.string().optional(),
  xid: z.string().optional(),
  lsn: z.string().optional(),
  timeline: z.number().int().optional(),
  epoch: z.number().int().optional(),
  /** false: the commit's wait for synchronous replication was cancelled (HTTP 202) */
  replicated: z.boolean().optional(),
});
export type Operation = z.infer<typeof Operation>;

/** An operation that was due and found no free client. */
export const Dropped = z.looseObject({ op: z.literal('dropped'), kind: z.enum(OPERATION_KINDS), due: micros });
export type Dropped = z.infer<typeof Dropped>;

/** Closes the history; `lines` counts the lines before it. */
export const End = z.looseObject({ op: z.literal('end'), lines: z.number().int().min(0) });
export type End = z.infer<typeof End>;

export const HistoryLine = z.discriminatedUnion('op', [Operation, Dropped, End]);
export type HistoryLine = z.infer<typeof HistoryLine>;

/** A look at one database copy. */
export const CopySample = z.looseObject({
  /** when the look began */
  at: micros,
  copy: z.string(),
  /** false: it was refused; absent: no answer came in time, so that it may be up */
  up: z.boolean().optional(),
  writable: z.boolean().optional(),
  system: z.string().optional(),
  timeline: z.number().int().optional(),
  epoch: z.number().int().optional(),
  sync: z.boolean().optional(),
  /** ISO time at which this copy's server process started; a change is a restart */
  startedAt: z.string().optional(),
  /** replay (standby) or write (primary) position, e.g. "0/3000148" */
  lsn: z.string().optional(),
  lagBytes: z.number().optional(),
  /** how long the look took; µs */
  took: z.number().int().min(0).optional(),
});
export type CopySample = z.infer<typeof CopySample>;

/** A look at one backend (a site, or a server `site/node`) of the global load balancer. */
export const BackendSample = z.looseObject({
  at: micros,
  backend: z.string(),
  /** absent: the balancer gave no answer in time */
  status: z.enum(['UP', 'DOWN', 'DRAIN', 'MAINT']).optional(),
  /** how long the look took; µs */
  took: z.number().int().min(0).optional(),
});
export type BackendSample = z.infer<typeof BackendSample>;

/** The end of a supervised daemon; `fault` names the journalled fault that explains it. */
export const ExitSample = z.looseObject({
  at: micros,
  exit: z.string(),
  host: z.string(),
  fault: z.string().nullable(),
});
export type ExitSample = z.infer<typeof ExitSample>;

/** A look back at the processors of the machine that everything ran on, over `took` µs from `at`. */
export const MachineSample = z.looseObject({
  at: micros,
  /** share of the processors' time that nobody wanted, 0 to 1 */
  idle: z.number().min(0).max(1),
  took: z.number().int().min(1),
});
export type MachineSample = z.infer<typeof MachineSample>;

export const Observation = z.union([CopySample, BackendSample, ExitSample, MachineSample]);
export type Observation = z.infer<typeof Observation>;

export const FAULT_STATES = ['intent', 'applied', 'verified', 'healed', 'gone'] as const;
export type FaultState = (typeof FAULT_STATES)[number];

/** One line of faults.jsonl. */
export const FaultLine = z.looseObject({
  fault: z.string(),
  target: z.string(),
  state: z.enum(FAULT_STATES),
  at: micros,
  /** tells several faults of one name apart; absent in foreign records */
  id: z.string().optional(),
  hosts: z.array(z.string()).optional(),
  /** momentary: over as soon as it was done, so that it may be healed before its effect shows */
  kind: z.string().optional(),
  /** applied: when the injection began; it takes effect between this and `at` */
  began: micros.optional(),
});
export type FaultLine = z.infer<typeof FaultLine>;

/** One line of evidence/transactions.jsonl: what the truth says of a transaction that carried a write; numbers mean one only on one timeline of one system. */
export const TransactionLine = z.looseObject({
  id: z.string(),
  xid: z.string(),
  system: z.string().optional(),
  timeline: z.number().int().optional(),
  status: z.enum(['committed', 'aborted', 'in progress']),
});
export type TransactionLine = z.infer<typeof TransactionLine>;

export const RUNBOOKS = ['promote', 'failback', 'backup', 'statement'] as const;

/** One line of evidence/runbook.jsonl: a step of a runbook, a backup, or a statement of an administrator, when it had ended. */
export const RunbookLine = z.looseObject({
  at: micros,
  runbook: z.enum(RUNBOOKS),
  /** of a backup: its kind */
  site: z.string(),
  /** of a statement where the database is outside the sites: the copy, which is its site too */
  copy: z.string().optional(),
  /** of a statement: its text */
  step: z.string(),
  tookMs: z.number().min(0),
  found: z.record(z.string(), z.unknown()).optional(),
});
export type RunbookLine = z.infer<typeof RunbookLine>;

/** One line of final/<copy>.jsonl: one element of this run at one copy. */
export const FinalRow = z.looseObject({
  id: z.string(),
  count: z.number().int().min(1).optional(),
  version: z.number().int().optional(),
  value: z.string().optional(),
  xid: z.string().optional(),
  timeline: z.number().int().optional(),
  epoch: z.number().int().optional(),
  completions: z.number().int().min(0).optional(),
  /** from the change to the first completion of its job, by the clock of the database; ms */
  jobMs: z.number().min(0).optional(),
  /** whose worker completed it first */
  jobSite: z.string().optional(),
  jobPod: z.string().optional(),
});
export type FinalRow = z.infer<typeof FinalRow>;
