import { PHASE_NAMES } from '../record/format.ts';
import type { Finding, Verdict } from '../record/verdict-format.ts';

/** Sum of the counts of the findings of a class that `which` picks. */
export function countOf(verdict: Verdict, name: string, which: (finding: Finding) => boolean = () => true): number {
  return sum(verdict.findings.filter((finding) => finding.class === name && which(finding)));
}

/** Sum of the counts of the findings of a class that break a promise. */
export function brokenCount(verdict: Verdict, name: string): number {
  return countOf(verdict, name, ({ breaks }) => breaks);
}

/** Stale reads by what was asked for; counts. `restarting`: of replicas that were catching up after a restart. */
export function staleReads(verdict: Verdict): { primary: number; replica: number; restarting: number } {
  const stale = verdict.findings.filter((finding) => finding.class === 'stale' && finding.witnesses.length > 0);
  const primary = sum(stale.filter(askedPrimary));
  const restarting = Object.values(verdict.staleness).reduce((total, copy) => total + copy.restarting, 0);
  return { primary, restarting, replica: Math.max(0, sum(stale) - primary - restarting) };
}

/** Whether the verdict holds a broken promise of a class, among the findings that `which` picks. */
export function isBroken(verdict: Verdict, name: string, which: (finding: Finding) => boolean = () => true): boolean {
  return verdict.findings.some((finding) => finding.class === name && finding.breaks && which(finding));
}

/** Whether a finding shows reads that were asked of the primary; a broken bound on staleness has the same class and shows none. */
export function askedPrimary(finding: Finding): boolean {
  return (finding.asked ?? finding.witnesses[0]?.['role']) === 'primary';
}

/** Whether any read could have been stale at all. */
export function stalenessIsKnown(verdict: Verdict): boolean {
  const { primary, replica, restarting } = staleReads(verdict);
  return primary + replica + restarting + verdict.coverage.refutable > 0;
}

/** Longest outage window of any kind of operation, ms; a write outage does not hide behind reads. */
export function longestOutageMs(verdict: Verdict): number {
  return verdict.availability.outages.reduce((longest, { start, end }) => Math.max(longest, (end - start) / 1000), 0);
}

/** The longest time for which one client, pod or site got no answer, ms; undefined when every call was answered at once, or the verdict does not tell. */
export function longestSilenceMs({ availability: { silences = [] } }: Verdict): number | undefined {
  return most(silences.map(({ start, end }) => (end - start) / 1000));
}

/** Slowest recovery of the run: ms from the fault to stable service; null: never stable; undefined: no fault. */
export function recoveryMs(verdict: Verdict): number | null | undefined {
  const times = verdict.recovery.map((recovery) => recovery.stableMs);
  if (times.length === 0) return undefined;
  return times.some((time) => time === null) ? null : Math.max(...times.map(Number));
}

/** Share of good time of the worst kind of operation, 0 to 1: writes do not hide behind reads. */
export function worstTime({ availability }: Verdict): number | null {
  const kinds = Object.values(availability.byKind).map((tally) => tally.time);
  const known = [availability.time, ...kinds].filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** 99th percentile of latency in the phases without a fault, ms; undefined when nothing was measured. */
export function calmLatencyP99Ms(verdict: Verdict): number | undefined {
  const { before, after } = verdict.availability.byPhase;
  const found = [before, after].flatMap((phase) => phase?.latency?.p99 ?? []);
  return most(found);
}

/** 95th percentile of the time to a job's completion in the phases without a fault, ms; undefined when nothing was measured. */
export function calmJobP95Ms({ jobs }: Verdict): number | undefined {
  const found = [jobs?.before, jobs?.after].flatMap((waits) => waits?.p95 ?? []);
  return most(found);
}

/** Longest time from an acknowledged change to the completion of its job, of all phases; ms. Undefined without jobs. */
export function longestJobOf({ jobs }: Verdict): number | undefined {
  return most(Object.values(jobs ?? {}).map(({ max }) => max));
}

/** 99th percentile of replica staleness over all copies, ms; undefined when nothing was measured. */
export function staleP99Ms(verdict: Verdict): number | undefined {
  const found = Object.values(verdict.staleness).flatMap((copy) => copy.p99Ms ?? []);
  return most(found);
}

/** Whether the findings that need the final state of the truth could be made at all. */
export function lossIsKnown(verdict: Verdict, finals: readonly string[] | undefined, truth: string | undefined): boolean {
  if (countOf(verdict, 'lost') > 0) return true;
  if (finals === undefined) return verdict.verdict !== 'inconclusive';
  return truth === undefined ? finals.length > 0 && verdict.verdict !== 'inconclusive' : finals.includes(truth);
}

/** Entries named after phases, in the order in which a run goes through them. */
export function byPhase<T>(entries: readonly [string, T][]): [string, T][] {
  const rank = ([name]: [string, T]) => PHASE_NAMES.indexOf(name as never);
  return entries.toSorted((a, b) => rank(a) - rank(b));
}

/** Share of successful answers by phase, then by site, 0 to 1. */
export function sharesByPhase(verdict: Verdict): Record<string, Record<string, number>> {
  const outer = Object.keys(verdict.shares);
  if (outer.every((name) => PHASE_NAMES.includes(name as never))) return verdict.shares;
  const turned: Record<string, Record<string, number>> = {};
  for (const [site, phases] of Object.entries(verdict.shares)) {
    for (const [phase, share] of Object.entries(phases)) (turned[phase] ??= {})[site] = share;
  }
  return turned;
}

/** Whether the verdict says of a bound that it could not be judged. */
export function unjudged(verdict: Verdict, bound: string): boolean {
  return verdict.findings.some((finding) => finding.class === 'vacuous' && finding.message.startsWith(`bound ${bound} `));
}

/** Whether a reason of a verdict decides nothing, and must be told all the same. */
export function isNote(reason: string): boolean {
  return reason.startsWith('note: ');
}

function sum(findings: readonly Finding[]): number {
  return findings.reduce((total, finding) => total + finding.count, 0);
}

export type VerdictWord = 'pass' | 'FAIL' | 'inconclusive' | 'flagged' | 'NOT FLAGGED' | 'caught' | 'NOT CAUGHT';

/** How a verdict is told in one word: loud where it did not come as it must. */
export function wordOf({ verdict, expect, held, sabotage }: Verdict): VerdictWord {
  if (expect === undefined) return verdict === 'fail' ? 'FAIL' : verdict;
  if (sabotage !== undefined) return held ? 'caught' : 'NOT CAUGHT';
  return held ? 'flagged' : 'NOT FLAGGED';
}

/* The largest of what was measured; undefined when nothing was. */
function most(found: readonly number[]): number | undefined {
  return found.length === 0 ? undefined : Math.max(...found);
}
