import type { Bounds, PhaseName, Run } from '../record/format.ts';
import type { Finding } from '../record/verdict-format.ts';
import { judgeBounds, unmeasured, type BoundFinding } from './bounds.ts';
import type { Figures } from './figures.ts';

/** A phase in which the machine had too little time left to carry the load, and the sentence that says so. */
interface Overload {
  phase: PhaseName;
  message: string;
}

/** Findings as far as an overloaded machine leaves them decided. */
export interface Weighed {
  findings: Finding[];
  /** how busy the machine was, if it was overloaded */
  overload?: string;
}

/** Whether a run is a control, or of a deliberate mistake: what breaks in it may be what keeps the processors busy. */
export function meantToBreak({ expect, topology }: Run): boolean {
  return expect !== undefined || topology.sabotage !== undefined;
}

/**
 * Leaves undecided what was late, failed or came from the wrong site for want of processor time; what was lost or wrong is no less so, and bounds
 * that held, held in spite of it. Where half of a phase left the machine nothing, that is every broken bound on time and on shares. Where less of
 * it did, it is what holds by `calm`, the figures without the calls that failed just then.
 */
export async function weighOverload(
  run: Run,
  found: { rules: Finding[]; figures: Figures },
  calm: () => Promise<Figures>,
): Promise<Weighed> {
  const { rules, figures } = found;
  const bounds = judgeBounds(run, figures);
  const broken = bounds.filter(({ finding }) => finding.breaks);
  const busy = busyPhases(run, figures);
  const whole = busy.find((phase) => phase.name !== 'after' && phase.busy >= phase.seconds / 2);
  if (whole !== undefined) {
    const uneven = rules.filter(isUneven).map((finding) => ({ bound: 'share' as const, finding }));
    const overload = overloaded(whole);
    return undecided(rules, bounds, { overload, excused: [...broken, ...uneven] });
  }
  const [some] = busy.toSorted((one, other) => other.busy / other.seconds - one.busy / one.seconds);
  if (some === undefined || broken.length === 0) return undecided(rules, bounds);
  const still = new Set(judgeBounds(run, await calm()).flatMap(({ bound, finding }) => (finding.breaks ? [bound] : [])));
  const excused = broken.filter(({ bound }) => !still.has(bound));
  return excused.length === 0 ? undecided(rules, bounds) : undecided(rules, bounds, { overload: overloaded(some), excused });
}

/** The findings with those that are excused as doubts; what ails the machine comes first, for it may be behind every other doubt. */
function undecided(
  rules: readonly Finding[],
  bounds: readonly BoundFinding[],
  by?: { overload: Overload; excused: readonly { bound: keyof Bounds; finding: Finding }[] },
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

/** A phase for some of which the machine was busy; s. */
interface BusyPhase {
  name: PhaseName;
  busy: number;
  seconds: number;
}

/** Busy phases that may excuse anything; where something is meant to break, only `before`. */
function busyPhases(run: Run, { machine }: Figures): BusyPhase[] {
  const names: readonly PhaseName[] = meantToBreak(run) ? ['before'] : ['before', 'during', 'after'];
  return names.flatMap((name) => {
    const phase = run.phases?.find((one) => one.name === name);
    const busy = machine?.[name]?.busySeconds ?? 0;
    return phase === undefined || busy === 0 ? [] : [{ name, busy, seconds: (phase.end - phase.start) / 1e6 }];
  });
}

function overloaded({ name, busy, seconds }: BusyPhase): Overload {
  const whose = name === 'before' ? ', without a fault, its processors' : ' its processors';
  const message =
    `the machine was overloaded: for ${busy.toFixed(1)} of ${seconds.toFixed(1)} s of "${name}"${whose} had less than 5 % of their time left; ` +
    'give it more of them, nothing else to do, or the run less load';
  return { phase: name, message };
}
