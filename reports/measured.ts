import { PHASE_NAMES } from '../record/format.ts';
import type { Finding, Verdict } from '../record/verdict-format.ts';

/** Sum of the counts of all findings of a class. */
export function countOf(verdict: Verdict, name: string): number {
  return sum(verdict.findings.filter((finding) => finding.class === name));
}

/** Stale reads by what was asked for; counts. */
export function staleReads(verdict: Verdict): { primary: number; replica: number } {
  const stale = verdict.findings.filter((finding) => finding.class === 'stale');
  const primary = stale.filter((finding) => askedOf(finding) === 'primary');
  const fromReplicas = sum(stale) - sum(primary);
  const sampled = Object.values(verdict.staleness).reduce((total, copy) => total + copy.stale, 0);
  return { primary: sum(primary), replica: Math.max(fromReplicas, sampled) };
}

/** Whether any read could have been stale at all. */
export function stalenessIsKnown(verdict: Verdict): boolean {
  const { primary, replica } = staleReads(verdict);
  return primary + replica + verdict.coverage.refutable > 0;
}

/** Longest outage window of any kind of operation, ms; a write outage does not hide behind reads. */
export function longestOutageMs(verdict: Verdict): number {
  return verdict.availability.outages.reduce((longest, { start, end }) => Math.max(longest, (end - start) / 1000), 0);
}

/** Slowest recovery of the run: ms from the fault to stable service; null: never stable; undefined: no fault. */
export function recoveryMs(verdict: Verdict): number | null | undefined {
  const times = verdict.recovery.map((recovery) => recovery.stableMs);
  if (times.length === 0) return undefined;
  return times.some((time) => time === null) ? null : Math.max(...times.map(Number));
}

/** 99th percentile of latency in the phases without a fault, ms; undefined when nothing was measured. */
export function calmLatencyP99Ms(verdict: Verdict): number | undefined {
  const { before, after } = verdict.availability.byPhase;
  const found = [before, after].flatMap((phase) => phase?.latency?.p99 ?? []);
  return found.length === 0 ? undefined : Math.max(...found);
}

/** 99th percentile of replica staleness over all copies, ms; undefined when nothing was measured. */
export function staleP99Ms(verdict: Verdict): number | undefined {
  const found = Object.values(verdict.staleness).flatMap((copy) => copy.p99Ms ?? []);
  return found.length === 0 ? undefined : Math.max(...found);
}

/** Whether the findings that need the final state of the truth could be made at all. */
export function lossIsKnown(verdict: Verdict, finals: readonly string[] | undefined, truth: string | undefined): boolean {
  if (countOf(verdict, 'lost') > 0) return true;
  if (finals === undefined) return verdict.verdict !== 'inconclusive';
  return truth === undefined ? finals.length > 0 && verdict.verdict !== 'inconclusive' : finals.includes(truth);
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

/* The class alone does not say what was asked; the finding or its witnesses do. */
function askedOf(finding: Finding): 'primary' | 'replica' {
  const named = finding['role'] ?? finding['asked'] ?? finding.witnesses[0]?.['role'] ?? finding.witnesses[0]?.['asked'];
  return named === 'primary' ? 'primary' : 'replica';
}

function sum(findings: readonly Finding[]): number {
  return findings.reduce((total, finding) => total + finding.count, 0);
}
