import type { Bounds, PhaseName, Run } from '../record/format.ts';
import type { Finding } from '../record/verdict-format.ts';
import { judgeBounds, unmeasured, type BoundFinding } from './bounds.ts';
import type { Figures } from './figures.ts';

/** A phase in which the machine had too little time left to carry the load, and the sentence that says so. */
interface Overload {
  phase?: PhaseName;
  message: string;
}

/** Findings as far as an overloaded machine leaves them decided. */
export interface Weighed {
  findings: Finding[];
  /** how busy the machine was, if it was overloaded */
  overload?: string;
}

/** Whether a run is a control, or of a deliberate mistake: what breaks in it may be what keeps the processors busy. */
export function meantToBreak({ expect, topology }: Pick<Run, 'expect' | 'topology'>): boolean {
  return expect !== undefined || topology.sabotage !== undefined;
}

/** From this share of a phase on, the machine leaves every broken bound on time and on shares undecided, whatever its calls show. */
const WHOLE = 0.5;

/**
 * Bounds that the calls which failed tell nothing of, and the share of its phase from which a busy machine may have broken each alone: what is
 * slow for a hundredth of the time decides a 99th percentile, and a site of two that gives nothing for a tenth is 5 points off an even share.
 */
const SPOILT_FROM: Partial<Record<keyof Bounds, number>> = {
  latencyP99Ms: 0.01,
  staleReplicaP99Ms: 0.01,
  jobP95Ms: 0.05,
  longestJobMs: 0.01,
  share: 0.1,
  leastShare: 0.1,
};

/**
 * Leaves undecided what was late, failed or came from the wrong site for want of processor time; what was lost or wrong is no less so, and bounds
 * that held, held in spite of it. Where half of a phase left the machine nothing, that is every broken bound on time and on shares. Where less of
 * it did, it is a quantile or a share that this may have decided, and a bound on calls that holds by `calm`, the figures without the calls that
 * failed just then.
 */
export async function weighOverload(
  run: Run,
  found: { rules: Finding[]; figures: Figures },
  calm: () => Promise<Partial<Figures>>,
): Promise<Weighed> {
  const { rules, figures } = found;
  const bounds = judgeBounds(run, figures);
  const broken = [...bounds, ...rules.filter(isUneven).map((finding) => ({ bound: 'share' as const, finding }))].filter(
    ({ finding }) => finding.breaks,
  );
  const phases = watchedPhases(run, figures);
  const whole = phases.find((phase) => phase.name !== 'after' && shareOf([phase]) >= WHOLE);
  if (whole !== undefined) return undecided(rules, bounds, { overload: overloaded(whole), excused: broken });
  const [some = warmUp(figures)] = phases.filter(({ busy }) => busy > 0).toSorted((one, other) => shareOf([other]) - shareOf([one]));
  if (broken.length === 0 || some === undefined) return undecided(rules, bounds);
  const spoilt = broken.filter(({ bound, finding: { phase } }) => {
    const from = SPOILT_FROM[bound] ?? Infinity;
    return shareOf(phases.filter(({ name }) => phase === undefined || name === phase)) >= from;
  });
  const byCalls = broken.filter(({ bound }) => SPOILT_FROM[bound] === undefined);
  const still = byCalls.length === 0 ? [] : judgeBounds(run, { ...figures, ...(await calm()) }).filter(({ finding }) => finding.breaks);
  const excused = [...spoilt, ...byCalls.filter(({ bound }) => !still.some((other) => other.bound === bound))];
  return excused.length === 0 ? undecided(rules, bounds) : undecided(rules, bounds, { overload: overloaded(some), excused });
}

/** The findings with those that are excused as doubts; what ails the machine comes first, for it may be behind every other doubt. */
function undecided(
  rules: readonly Finding[],
  bounds: readonly BoundFinding[],
  by?: { overload: Overload; excused: readonly BoundFinding[] },
): Weighed {
  const findings = [...rules, ...bounds.map(({ finding }) => finding)];
  if (by === undefined) return { findings };
  const { overload, excused } = by;
  if (excused.length === 0) return { findings, overload: overload.message };
  const doubts = new Map(excused.map(({ bound, finding }) => [finding, unmeasured(bound, `${finding.message}, on an overloaded machine`)]));
  const told: Finding = { class: 'vacuous', count: 1, breaks: false, ...overload, witnesses: [] };
  return { findings: [told, ...findings.map((finding) => doubts.get(finding) ?? finding)], overload: overload.message };
}

/** Shares of the answers outside their bound: a site that waits for the CPU gives fewer. */
function isUneven({ class: name, phase, worst = 0 }: Finding): boolean {
  return name === 'misrouted' && phase !== undefined && worst > 0;
}

/** A phase, and for how much of it the machine was busy; s. */
interface WatchedPhase {
  name: PhaseName | 'warm-up';
  busy: number;
  seconds: number;
}

/** The phases that may excuse anything; where something is meant to break, only `before`. */
function watchedPhases({ phases = [], ...run }: Run, { machine }: Figures): WatchedPhase[] {
  return phases
    .filter(({ name }) => name === 'before' || !meantToBreak(run))
    .map(({ name, start, end }) => ({ name, busy: machine?.[name]?.busySeconds ?? 0, seconds: (end - start) / 1e6 }));
}

/** What lies before the phases, if the machine was busy then: the calls that failed in it may break the bound on a cold start. */
function warmUp({ availability: { warmUp: calls } }: Figures): WatchedPhase | undefined {
  return calls?.busySeconds === undefined ? undefined : { name: 'warm-up', busy: calls.busySeconds, seconds: 0 };
}

/** The share of phases for which the machine was busy, 0 to 1. */
function shareOf(phases: readonly WatchedPhase[]): number {
  const seconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  return seconds === 0 ? 0 : phases.reduce((sum, phase) => sum + phase.busy, 0) / seconds;
}

function overloaded({ name, busy, seconds }: WatchedPhase): Overload {
  const advice = 'give it more of them, nothing else to do, or the run less load';
  if (name === 'warm-up')
    return {
      message: `the machine was overloaded: for ${busy.toFixed(1)} s before the first phase its processors had less than 5 % of their time left; ${advice}`,
    };
  const whose = name === 'before' ? ', without a fault, its processors' : ' its processors';
  const message = `the machine was overloaded: for ${busy.toFixed(1)} of ${seconds.toFixed(1)} s of "${name}"${whose} had less than 5 % of their time left; ${advice}`;
  return { phase: name, message };
}
