import type { Bounds } from '../record/format.ts';
import type { Finding, Verdict } from '../record/verdict-format.ts';
import { askedPrimary, calmLatencyP99Ms, countOf, isBroken, longestOutageMs, lossIsKnown, recoveryMs, sharesByPhase, staleP99Ms, staleReads, stalenessIsKnown, unjudged, worstTime } from './measured.ts';
import { duration, percent, portion } from './numbers.ts';
import type { RunData } from './run-data.ts';
import { whole } from './text.ts';

/** One promise beside what was measured. `kept` undefined: not promised, or not known. */
export type Promised = { what: string; promised: string; measured: string; kept: boolean | undefined };

/** Broken promises first, then kept ones, figures without a promise, and those that hold for every run; the verdict decides what is broken. */
export function promisesOf({ run, verdict, finals }: RunData): Promised[] {
  if (verdict === undefined) return [];
  const known = lossIsKnown(verdict, finals, run.truth);
  const rows = [...losses(verdict, run.bounds, known), ...staleness(verdict, run.bounds), ...availability(verdict, run.bounds), ...always(verdict, known)];
  const shown = rows.filter((row) => row.measured !== undefined || row.promised !== undefined);
  return shown.sort((a, b) => weight(a) - weight(b)).map(({ what, promised, measured, broken, open }) => ({
    what,
    promised: promised ?? '–',
    measured: measured ?? 'not known',
    kept: promised === undefined || (measured === undefined && !broken) || (open === true && !broken) ? undefined : !broken,
  }));
}

/* `measured` undefined: not known. `open`: measured, and still not to be judged. */
type Row = { what: string; promised: string | undefined; measured: string | undefined; broken: boolean; open?: boolean; always?: boolean };

function losses(verdict: Verdict, { lost: allowed, rpoMs }: Bounds, known: boolean): Row[] {
  const lost = known ? countOf(verdict, 'lost') : undefined;
  const finding = verdict.findings.find(({ class: name }) => name === 'lost');
  const age = lost === 0 ? 0 : Number(finding?.['worst'] ?? Number.NaN);
  const broken = isBroken(verdict, 'lost');
  const tooMany = broken && (lost ?? 0) > (allowed ?? 0);
  const tooOld = broken && rpoMs !== undefined && (age > rpoMs || !tooMany);
  return [
    { what: 'Acknowledged writes lost', promised: allowed === undefined ? '0, always' : whole(allowed), measured: text(lost, whole), broken: tooMany, always: allowed === undefined },
    { what: 'Age of the oldest lost write at the fault', promised: atMost(rpoMs, duration), measured: known && !Number.isNaN(age) ? duration(age) : undefined, broken: tooOld },
  ];
}

function staleness(verdict: Verdict, { stalePrimary, staleReplica, staleRestarting, staleReplicaP99Ms }: Bounds): Row[] {
  const reads = stalenessIsKnown(verdict) ? staleReads(verdict) : undefined;
  const ofReplica = (finding: Finding) => finding.witnesses.length > 0 && !askedPrimary(finding);
  const broken = isBroken(verdict, 'stale', ofReplica);
  /* Reads of a restarting copy have a bound of their own and the same class. */
  const tooMany = broken && staleRestarting !== undefined && (reads?.restarting ?? 0) > staleRestarting;
  return [
    { what: 'Stale reads from the primary', promised: stalePrimary === undefined ? '0, always' : whole(stalePrimary), measured: text(reads?.primary, whole), broken: isBroken(verdict, 'stale', askedPrimary), always: stalePrimary === undefined },
    { what: 'Stale reads from replicas', promised: atMost(staleReplica, whole), measured: text(reads?.replica, whole), broken: broken && (reads?.replica ?? 0) > (staleReplica ?? 0), open: unjudged(verdict, 'staleReplica') },
    { what: 'Stale reads from a restarting replica', promised: atMost(staleRestarting, whole), measured: text(reads?.restarting, whole), broken: tooMany },
    { what: 'Replica staleness, 99 of 100 within', promised: atMost(staleReplicaP99Ms, duration), measured: text(staleP99Ms(verdict), duration), broken: isBroken(verdict, 'stale', ({ witnesses }) => witnesses.length === 0), open: unjudged(verdict, 'staleReplicaP99Ms') },
  ];
}

function availability(verdict: Verdict, bounds: Bounds): Row[] {
  const { event, offered } = verdict.availability;
  const recovery = recoveryMs(verdict);
  const shares = Object.entries(sharesByPhase(verdict)['before'] ?? {});
  const open = (bound: keyof Bounds) => unjudged(verdict, bound);
  const { availability: events, timeAvailability, longestOutageMs: outage, rtoMs, latencyP99Ms, share } = bounds;
  return [
    { what: 'Availability (successful of offered)', promised: atLeast(events), measured: text(event, percent), broken: isBroken(verdict, 'availability'), open: open('availability') },
    { what: 'Availability (good of all time, worst kind)', promised: atLeast(timeAvailability), measured: text(worstTime(verdict), percent), broken: isBroken(verdict, 'time-availability'), open: open('timeAvailability') },
    { what: 'Longest outage', promised: atMost(outage, duration), measured: offered === 0 ? undefined : duration(longestOutageMs(verdict)), broken: isBroken(verdict, 'longest-outage'), open: open('longestOutageMs') },
    { what: 'Recovery time (RTO)', promised: atMost(rtoMs, duration), measured: recovery === null ? 'not reached' : text(recovery, duration), broken: isBroken(verdict, 'rto'), open: open('rtoMs') },
    { what: 'Latency without fault, 99 of 100 within', promised: atMost(latencyP99Ms, duration), measured: text(calmLatencyP99Ms(verdict), duration), broken: isBroken(verdict, 'latency'), open: open('latencyP99Ms') },
    { what: 'Share of each site (shown: before the fault)', promised: share && `${percent(share[0], 0)} to ${percent(share[1], 0)}`, measured: share && shares.map(([site, part]) => `${site} ${portion(part)}`).join(', '), broken: share !== undefined && isBroken(verdict, 'misrouted') },
  ];
}

/* Judged in every run, whatever its bounds say: class, words, whether the final state is needed. */
const ALWAYS: readonly [string, string, boolean][] = [
  ['duplicated', 'Writes present more than once', true],
  ['phantom', 'Failed writes that are present', true],
  ['unexpected', 'Rows nobody wrote', true],
  ['missing-at-copy', 'Rows missing or different at another copy', true],
  ['misrouted', 'Answers from a wrong site, sites without a share', false],
];

function always(verdict: Verdict, known: boolean): Row[] {
  return ALWAYS.map(([name, what, needsFinal]) => ({
    what,
    promised: '0, always',
    measured: (needsFinal && !known) || verdict.availability.offered === 0 ? undefined : whole(countOf(verdict, name)),
    broken: isBroken(verdict, name),
    always: true,
  }));
}

function weight({ broken, promised, always: everyRun }: Row): number {
  return broken ? 0 : promised === undefined ? 2 : everyRun ? 3 : 1;
}

function text(measured: number | null | undefined, format: (value: number) => string): string | undefined {
  return measured === null || measured === undefined ? undefined : format(measured);
}

function atMost(bound: number | undefined, format: (value: number) => string): string | undefined {
  return bound === undefined ? undefined : bound === 0 ? format(0) : `≤ ${format(bound)}`;
}

function atLeast(bound: number | undefined): string | undefined {
  return bound === undefined ? undefined : `≥ ${percent(bound)}`;
}
