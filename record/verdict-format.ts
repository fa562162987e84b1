import { z } from 'zod';
import { OPERATION_KINDS, PHASE_NAMES } from './format.ts';

/** Exit status words of a judged run. */
export const VERDICTS = ['pass', 'fail', 'inconclusive'] as const;

export const Finding = z.looseObject({
  class: z.string(),
  count: z.number().int(),
  /** true: a promise is broken. For an inconclusive class (vacuous, unwatched-exit) false. */
  breaks: z.boolean(),
  /** one sentence a person understands, with the figures */
  message: z.string(),
  copy: z.string().optional(),
  site: z.string().optional(),
  phase: z.string().optional(),
  /** class of the finding that explains this one; both are told as one story */
  root: z.string().optional(),
  /** stale reads: what they were asked of */
  asked: z.enum(['primary', 'replica']).optional(),
  /** the worst of what was counted: the age of a loss, how long a read's element had been known (ms), rows of one id, elements one walk skipped */
  worst: z.number().optional(),
  /** how many of `count` the witnesses show; several rows may show one */
  shown: z.number().int().optional(),
  /** at most 20 rows that show it, in time order; columns depend on the class */
  witnesses: z.array(z.record(z.string(), z.unknown())),
});
export type Finding = z.infer<typeof Finding>;

/** Latency of answered calls, from the start of the first attempt; ms. */
export const Latency = z.object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() });

/** A stretch of bad time slices; µs since zero. `kind` "all" is over all kinds. */
export const Outage = z.object({
  kind: z.string(),
  start: z.number(),
  end: z.number(),
  /** true: it touches the start or the end of what was measured, so it may have been longer */
  censored: z.boolean(),
});

/** The longest time for which one client, one pod or one site got no answer; µs since zero. */
export const Silence = z.object({
  who: z.enum(['client', 'pod', 'site']),
  name: z.string(),
  start: z.number(),
  end: z.number(),
  /** true: none came until the end of what was measured, so it may have been longer */
  censored: z.boolean(),
});
export type Silence = z.infer<typeof Silence>;

/** Counts and ratios of one stretch of a run. `event` = ok / offered, `time` = good time / time. */
export const Tally = z.object({
  offered: z.number().int(),
  ok: z.number().int(),
  failed: z.number().int(),
  unknown: z.number().int(),
  dropped: z.number().int(),
  /** ended ok, but after the deadline: not good */
  late: z.number().int().optional(),
  /** acknowledged but not replicated (202) */
  accepted: z.number().int(),
  event: z.number().nullable(),
  time: z.number().nullable(),
});
export type Tally = z.infer<typeof Tally>;

/** How late elements appeared at a copy: quantiles over all pairs of element and copy, those never missed as 0; ms. */
export const Staleness = z.object({
  pairs: z.number().int(),
  stale: z.number().int(),
  share: z.number(),
  /** lower bounds: to the start of the last read that missed it */
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
  /** upper bounds: to the end of the first later read that saw it. null: such a pair is censored, and no bound is known */
  upperP50Ms: z.number().nullable().optional(),
  upperP99Ms: z.number().nullable().optional(),
  upperMaxMs: z.number().nullable().optional(),
  /** pairs that were missed, and never seen afterwards */
  censored: z.number().int().optional(),
});
export type Staleness = z.infer<typeof Staleness>;

/** Recovery from one fault; times in ms from `applied` (or from the first failure if earlier). null: not reached. */
export const Recovery = z.looseObject({
  fault: z.string(),
  target: z.string(),
  /** µs since zero */
  appliedAt: z.number(),
  /** ms from applied to the proof of the effect */
  provenMs: z.number().nullable(),
  /** ms to the first reaction of load balancer or database (a backend or role changed between looks that had an answer) */
  firstReactionMs: z.number().nullable(),
  /** ms to the first ok operation after the first failure; 0 when nothing failed */
  firstSuccessMs: z.number().nullable(),
  /** ms to the start of the first 5 s without a bad slice, or the last before another fault (the RTO); 0 when there was no bad slice of its own */
  stableMs: z.number().nullable(),
  /** ms until one copy may write, all others are on its timeline and close behind it, and all backends are UP again, for five seconds */
  redundantMs: z.number().nullable(),
});

/**
 * Attempts to write that had begun when a fault began to be applied (`at`, µs since zero) and had no answer by then, and what became of them.
 * `survived`: those that nobody acknowledged and the truth shows; null: the truth is not known.
 */
export const InFlight = z.object({
  fault: z.string(),
  target: z.string(),
  at: z.number(),
  writes: z.number().int(),
  acknowledged: z.number().int(),
  accepted: z.number().int(),
  failed: z.number().int(),
  unknown: z.number().int(),
  survived: z.number().int().nullable(),
});
export type InFlight = z.infer<typeof InFlight>;

const Fates = z.object({
  acknowledged: z.number().int(),
  accepted: z.number().int(),
  failed: z.number().int(),
  unknown: z.number().int(),
  /** unknown and present in the truth */
  recovered: z.number().int(),
  /** unknown and absent from the truth */
  vanished: z.number().int(),
});

/** Puts by fate; an unknown one below a later version of its key is `overwritten`: what became of it cannot be told. */
export const PutFates = Fates.extend({ overwritten: z.number().int() });

/**
 * What could have broken a promise. `reads`: reads and gets that could have missed what was known; `again`: elements acknowledged before the first fault
 * that were asked for after the last one; `calls`: calls that were due; `writes`: acknowledged writes. `blindMs`: a member that is behind by less would not
 * show; `unaskedMs`: what lasts less may have gone unseen; `of`: what the number is a part of.
 */
export const Audited = z.object({
  what: z.enum(['reads', 'gets', 'lists', 'again', 'calls', 'writes']),
  asked: z.enum(['primary', 'replica']).nullable(),
  per: z.enum(['site', 'copy', 'path', 'kind']),
  name: z.string(),
  phase: z.enum(PHASE_NAMES),
  calls: z.number().int(),
  of: z.number().int().nullable(),
  blindMs: z.number().nullable(),
  unaskedMs: z.number().nullable(),
});
export type Audited = z.infer<typeof Audited>;

/**
 * Connections that calls opened, by the phase in which the call was due (`warm-up`: before the first). `site`: that of the answer; null: of all calls,
 * those without an answer included. `refused`: calls that got no connection. How long it took to open one; ms.
 */
export const Connects = z.object({
  phase: z.enum(['warm-up', ...PHASE_NAMES]),
  site: z.string().nullable(),
  made: z.number().int(),
  refused: z.number().int(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
});
export type Connects = z.infer<typeof Connects>;

/** A floor below its default, or a promise that is less than what every record promises unless it says otherwise. */
export const Eased = z.object({ what: z.enum(['floor', 'bound']), name: z.string(), given: z.number(), usual: z.number() });
export type Eased = z.infer<typeof Eased>;

export const Verdict = z.looseObject({
  format: z.number().int(),
  id: z.string(),
  scenario: z.string(),
  verdict: z.enum(VERDICTS),
  /** sentences; the first one decided */
  reasons: z.array(z.string()),
  /** how busy the machine was, where it had too little time left to tell what was late or failed from what waited for it */
  overload: z.string().optional(),
  /** where the record demands less evidence than usual, or promises less */
  eased: z.array(Eased).optional(),
  /** what a control must produce, copied from run.json */
  expect: z.string().optional(),
  /** a deliberate mistake in what was under test, copied from run.json */
  sabotage: z.string().optional(),
  /** a control that produced exactly what it must and nothing else that breaks; a sabotage that was caught by what it must, whatever else broke; a plain scenario: verdict is pass */
  held: z.boolean(),
  findings: z.array(Finding),
  availability: Tally.extend({
    outages: z.array(Outage),
    byKind: z.partialRecord(z.enum(OPERATION_KINDS), Tally),
    byPhase: z.partialRecord(z.enum(PHASE_NAMES), Tally.extend({ latency: Latency.nullable() })),
    latency: Latency.nullable(),
    /** of clients, pods and sites the longest silence each; none where every call was answered within 100 ms */
    silences: z.array(Silence).optional(),
    /** calls that were due before the first phase, and how many of them were ok; and for how long the machine's processors had less than 5 % of their time left then, if they had */
    warmUp: z.object({ offered: z.number().int(), ok: z.number().int(), busySeconds: z.number().optional() }).optional(),
  }),
  recovery: z.array(Recovery),
  /** writes in flight at each fault; none where no fault was applied */
  inFlight: z.array(InFlight).optional(),
  /** by copy, for reads asked of a replica */
  staleness: z.record(
    z.string(),
    Staleness.extend({ restarting: z.number().int(), byPhase: z.partialRecord(z.enum(PHASE_NAMES), Staleness).optional() }),
  ),
  coverage: z.looseObject({
    acknowledged: z.number().int(),
    refutable: z.number().int(),
    share: z.number().nullable(),
  }),
  /** where a copy gave ok answers while every look found it down: what looks say of that time is not known; `start` and `end` in µs */
  contradicted: z
    .array(
      z.object({
        copy: z.string(),
        phase: z.enum(PHASE_NAMES).nullable(),
        answers: z.number().int(),
        writes: z.number().int(),
        start: z.number(),
        end: z.number(),
      }),
    )
    .optional(),
  /** what could have broken the promises, by whom it was asked of, who answered, and phase */
  audit: z.array(Audited).optional(),
  /** connections that calls opened; none where no call says that it opened one */
  connects: z.array(Connects).optional(),
  /** share of ok answers of each site, by phase */
  shares: z.record(z.string(), z.record(z.string(), z.number())),
  /** time from a change to the completion of its job, by phase of the change's acknowledgement; ms */
  jobs: z.partialRecord(z.enum(PHASE_NAMES), Latency.extend({ jobs: z.number().int(), untold: z.number().int() })).optional(),
  /** where it was watched, the machine that everything ran on, by phase: samples cover `seconds` of it; for `busySeconds` of these its processors had less than 5 % of their time left; `idle` is the share left over all, 0 to 1 */
  machine: z.partialRecord(z.enum(PHASE_NAMES), z.object({ seconds: z.number(), busySeconds: z.number(), idle: z.number() })).optional(),
  /** writes by fate */
  writes: Fates.extend({
    /** accepted (202) and absent from the truth */
    acceptedVanished: z.number().int().optional(),
    /** unknown ones by what the truth says of their transactions, where it was asked */
    transactions: z.object({ committed: z.number().int(), rolledBack: z.number().int(), untold: z.number().int() }).optional(),
    /** the same of puts, where there were any */
    puts: PutFates.optional(),
    /** attempts of adds and puts that were not ok, by outcome and by how far they had come, where any says so; null: it does not */
    stages: z
      .array(z.object({ outcome: z.enum(['failed', 'unknown']), stage: z.string().nullable(), attempts: z.number().int() }))
      .optional(),
  }),
});
export type Verdict = z.infer<typeof Verdict>;
