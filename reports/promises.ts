import type { Bounds, Floors } from '../record/format.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { calmLatencyP99Ms, countOf, longestOutageMs, lossIsKnown, recoveryMs, sharesByPhase, staleP99Ms, staleReads, stalenessIsKnown } from './measured.ts';
import { duration, percent } from './numbers.ts';
import type { RunData } from './run-data.ts';
import { whole } from './text.ts';

/** One promise beside what was measured. `kept` undefined: not promised, or not known. */
export type Promised = { what: string; promised: string; measured: string; kept: boolean | undefined };

/** The promises of a run, the measured but unpromised figures after them, and those that hold for every run last. */
export function promisesOf({ run, verdict, finals }: RunData): Promised[] {
  if (verdict === undefined) return [];
  const { bounds } = run;
  const known = lossIsKnown(verdict, finals, run.truth);
  const lost = known ? countOf(verdict, 'lost') : undefined;
  const stale = stalenessIsKnown(verdict) ? staleReads(verdict) : undefined;
  const outageMs = verdict.availability.offered === 0 ? undefined : longestOutageMs(verdict);
  const { event, time } = verdict.availability;
  const rows = [
    atMost('Acknowledged writes lost', bounds.lost ?? 0, lost, whole, bounds.lost === undefined),
    atMost('Age of the oldest lost write at the fault', bounds.rpoMs, lost === 0 ? 0 : ageOfLoss(verdict), duration),
    atMost('Stale reads from the primary', bounds.stalePrimary ?? 0, stale?.primary, whole, bounds.stalePrimary === undefined),
    atMost('Stale reads from replicas', bounds.staleReplica, stale?.replica, whole),
    atMost('Stale reads from a restarting replica', bounds.staleRestarting, restarting(verdict), whole),
    atMost('Replica staleness, 99 of 100 within', bounds.staleReplicaP99Ms, staleP99Ms(verdict), duration),
    atLeast('Availability (successful of offered)', bounds.availability, event),
    atLeast('Availability (good of all time)', bounds.timeAvailability, time),
    atMost('Longest outage', bounds.longestOutageMs, outageMs, duration),
    atMost('Recovery time (RTO)', bounds.rtoMs, recoveryMs(verdict), duration),
    atMost('Latency without fault, 99 of 100 within', bounds.latencyP99Ms, calmLatencyP99Ms(verdict), duration),
    shareRow(bounds.share, verdict),
    ...ALWAYS.map(([name, what, needsFinal]) => atMost(what, 0, needsFinal && !known ? undefined : countOf(verdict, name), whole, true)),
  ].filter((row) => row !== undefined);
  const weight = (row: Promised) => (row.kept === false ? 0 : row.promised === '–' ? 2 : row.promised.endsWith('always') ? 3 : 1);
  return rows.sort((a, b) => weight(a) - weight(b));
}

/** The least evidence that was demanded, in the words of a report. */
export function floorsOf(floors: Floors): string[] {
  const { addsPerSecond, readsPerSecond, coverage, samplesPerSecond, acksBeforeFault } = floors;
  return [
    addsPerSecond === undefined ? '' : `${addsPerSecond} adds a second in each phase`,
    readsPerSecond === undefined ? '' : `${readsPerSecond} reads a second in each phase`,
    coverage === undefined ? '' : `${percent(coverage)} of acknowledged writes refutable by a read`,
    samplesPerSecond === undefined ? '' : `${samplesPerSecond} looks a second at each copy and at the load balancer`,
    acksBeforeFault === undefined ? '' : `${acksBeforeFault} writes acknowledged in the last 100 ms before the fault`,
  ].filter((text) => text !== '');
}

/* Judged in every run, whatever its bounds say: class, words, whether the final state is needed. */
const ALWAYS: readonly [string, string, boolean][] = [
  ['duplicated', 'Writes present more than once', true],
  ['phantom', 'Failed writes that are present', true],
  ['unexpected', 'Rows nobody wrote', true],
  ['missing-at-copy', 'Rows missing or different at another copy', true],
  ['misrouted', 'Calls answered by a site that should not serve, or sites without a share', false],
];

type Format = (value: number) => string;

function atMost(what: string, bound: number | undefined, measured: number | null | undefined, format: Format, always = false): Promised | undefined {
  if (bound === undefined) return unpromised(what, measured, format);
  const promised = always ? `${format(bound)}, always` : bound === 0 ? format(0) : `≤ ${format(bound)}`;
  return { what, promised, measured: shown(measured, format), kept: measured === undefined ? undefined : measured !== null && measured <= bound };
}

function atLeast(what: string, bound: number | undefined, measured: number | null): Promised | undefined {
  if (bound === undefined) return unpromised(what, measured ?? undefined, percent);
  return { what, promised: `≥ ${percent(bound)}`, measured: shown(measured ?? undefined, percent), kept: measured === null ? undefined : measured >= bound };
}

function unpromised(what: string, measured: number | null | undefined, format: Format): Promised | undefined {
  return measured === undefined ? undefined : { what, promised: '–', measured: shown(measured, format), kept: undefined };
}

function shown(measured: number | null | undefined, format: Format): string {
  if (measured === undefined) return 'not known';
  return measured === null ? 'not reached' : format(measured);
}

function shareRow(bound: Bounds['share'], verdict: Verdict): Promised | undefined {
  const calm = sharesByPhase(verdict)['before'];
  if (bound === undefined || calm === undefined) return undefined;
  const shares = Object.entries(calm);
  return {
    what: 'Share of each site before the fault',
    promised: `${percent(bound[0], 0)} to ${percent(bound[1], 0)}`,
    measured: shares.map(([site, share]) => `${site} ${percent(share, 1)}`).join(', '),
    /* The rule looks at the time in which all sites were up, which these shares do not know. */
    kept: countOf(verdict, 'misrouted') === 0,
  };
}

function restarting(verdict: Verdict): number | undefined {
  const copies = Object.values(verdict.staleness);
  return copies.length === 0 ? undefined : copies.reduce((sum, copy) => sum + copy.restarting, 0);
}

function ageOfLoss(verdict: Verdict): number | undefined {
  const ages = verdict.findings.filter((finding) => finding.class === 'lost').map((finding) => finding['rpoMs']);
  return ages.find((age) => typeof age === 'number');
}
