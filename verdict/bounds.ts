import { PHASE_NAMES, type Bounds, type Run } from '../record/format.ts';
import type { Finding, Silence } from '../record/verdict-format.ts';
import type { Figures } from './figures.ts';
import { count, ms, plural, share } from './numbers.ts';

type Judge = (run: Run, figures: Figures) => Finding[];

/** Who judges which bound by the figures. */
const JUDGES: readonly (readonly [keyof Bounds, Judge])[] = [
  ['availability', availability],
  ['timeAvailability', timeAvailability],
  ['longestOutageMs', longestOutage],
  ['longestSilenceMs', longestSilence],
  ['rtoMs', recoveryTime],
  ['latencyP99Ms', latency],
  ['jobP95Ms', lateJobs],
  ['longestJobMs', longestJob],
  ['staleReplicaP99Ms', replicaStaleness],
  ['leastShare', leastShare],
  ['coldStart', coldStart],
];

/** A finding about a bound. */
export interface BoundFinding {
  bound: keyof Bounds;
  finding: Finding;
}

/** Judges the figures by the bounds of the run; a bound whose figure could not be measured makes the record vacuous, if evidence/bounds.sql does not say so already. */
export function judgeBounds(run: Run, figures: Figures): BoundFinding[] {
  return JUDGES.flatMap(([bound, judge]) => judge(run, figures).map((finding) => ({ bound, finding })));
}

function availability({ bounds }: Run, { availability: measured }: Figures): Finding[] {
  const bound = bounds.availability;
  if (bound === undefined) return [];
  if (measured.event === null) return [unmeasured('availability', 'no call was due in any phase')];
  if (measured.event >= bound) return [];
  const bad = measured.offered - measured.ok;
  return [
    broken(
      'availability',
      bad,
      `availability ${share(measured.event)} < ${bound} (${count(bad)} of ${count(measured.offered)} offered were not ok)`,
    ),
  ];
}

/** The worst of all kinds decides, so that writes cannot hide behind reads. */
function timeAvailability({ bounds }: Run, { availability: measured }: Figures): Finding[] {
  const bound = bounds.timeAvailability;
  if (bound === undefined) return [];
  const times = [...Object.entries(measured.byKind).map(([kind, tally]) => [kind, tally.time] as const), ['all', measured.time] as const];
  const known = times.flatMap(([kind, time]) => (time === null ? [] : [[kind, time] as const]));
  if (known.length === 0) return [unmeasured('timeAvailability', 'no call was due in any phase')];
  const [kind, worst] = known.reduce((low, entry) => (entry[1] < low[1] ? entry : low));
  if (worst >= bound) return [];
  return [broken('time-availability', 1, `time availability ${share(worst)} < ${bound} (kind "${kind}")`)];
}

function longestOutage({ bounds }: Run, { availability: measured }: Figures): Finding[] {
  const bound = bounds.longestOutageMs;
  if (bound === undefined) return [];
  if (measured.event === null) return [unmeasured('longestOutageMs', 'no call was due in any phase')];
  const long = measured.outages.filter((outage) => (outage.end - outage.start) / 1000 > bound);
  if (long.length > 0) {
    const worst = long.reduce((high, outage) => (outage.end - outage.start > high.end - high.start ? outage : high));
    const length = ms((worst.end - worst.start) / 1000);
    const message = `longest outage ${length} > ${ms(bound)} (kind "${worst.kind}", from ${worst.start} to ${worst.end} µs${worst.censored ? ', at the edge of what was measured' : ''})`;
    return [broken('longest-outage', long.length, message, long.slice(0, 20))];
  }
  const edge = measured.outages.find((outage) => outage.censored);
  if (edge === undefined) return [];
  return [
    unmeasured(
      'longestOutageMs',
      `an outage of kind "${edge.kind}" from ${edge.start} to ${edge.end} µs touches the edge of what was measured and may have been longer`,
    ),
  ];
}

/** Who waited longest, and for how long; ms. */
export function worstSilence({ availability: { silences = [] } }: Figures): (Silence & { lengthMs: number }) | undefined {
  return silences
    .map((silence) => ({ ...silence, lengthMs: (silence.end - silence.start) / 1000 }))
    .toSorted((one, other) => other.lengthMs - one.lengthMs)[0];
}

/** A silence in words: who, how long, and when. */
export function silenceInWords({ who, name, start, end, censored, lengthMs }: Silence & { lengthMs: number }): string {
  return `${who} "${name}" ${verbOf(who)} no answer for ${censored ? 'at least ' : ''}${ms(lengthMs)}, from ${start} to ${end} µs`;
}

function verbOf(who: Silence['who']): string {
  return who === 'client' ? 'got' : 'gave';
}

/** All others may have been answered at once: one of many does not show in a share. */
function longestSilence({ bounds }: Run, figures: Figures): Finding[] {
  const bound = bounds.longestSilenceMs;
  if (bound === undefined) return [];
  const { event, silences = [] } = figures.availability;
  if (event === null) return [unmeasured('longestSilenceMs', 'no call was due in any phase')];
  const worst = worstSilence(figures);
  if (worst !== undefined && worst.lengthMs > bound) {
    const long = silences.filter(({ start, end }) => (end - start) / 1000 > bound);
    return [broken('longest-silence', long.length, `${silenceInWords(worst)} > ${ms(bound)}`, long)];
  }
  const open = silences.find(({ censored }) => censored);
  if (open === undefined) return [];
  return [
    unmeasured(
      'longestSilenceMs',
      `${open.who} "${open.name}" ${verbOf(open.who)} no answer until the end of what was measured, and perhaps none for longer`,
    ),
  ];
}

function recoveryTime({ bounds }: Run, { recovery }: Figures): Finding[] {
  const bound = bounds.rtoMs;
  if (bound === undefined) return [];
  if (recovery.length === 0) return [unmeasured('rtoMs', 'no fault was applied')];
  const slow = recovery.filter((entry) => Number(entry.unstableMs) > bound);
  if (slow.length > 0) {
    const worst = slow.reduce((high, entry) => (Number(entry.unstableMs) > Number(high.unstableMs) ? entry : high));
    const atLeast = worst.stableMs === null ? 'at least ' : '';
    const message = `recovery from "${worst.fault}" on ${worst.target} took ${atLeast}${ms(Number(worst.unstableMs))} > ${ms(bound)}`;
    return [broken('rto', slow.length, message, slow.slice(0, 20))];
  }
  const open = recovery.find((entry) => entry.stableMs === null);
  if (open === undefined) return [];
  return [unmeasured('rtoMs', `after "${open.fault}" on ${open.target} no 5 s without a bad slice were measured`)];
}

/** Fault-free phases are `before` and `after`; the worse one decides. */
function latency({ bounds }: Run, { availability: measured }: Figures): Finding[] {
  const bound = bounds.latencyP99Ms;
  if (bound === undefined) return [];
  const phases = Object.entries(measured.byPhase).filter(([name]) => name !== 'during');
  return phases
    .flatMap(([name, tally]) => (tally.latency === null ? [] : [{ name, p99: tally.latency.p99 }]))
    .filter(({ p99 }) => p99 > bound)
    .map(({ name, p99 }) => ({
      ...broken('latency', 1, `99th percentile of latency ${ms(p99)} > ${ms(bound)} in "${name}"`),
      phase: name,
    }));
}

/** Every phase without a fault that the run has must be measured, and whole: before a fault jobs tell nothing of it, and the quick ones nothing of the others. */
function lateJobs({ bounds, phases }: Run, { jobs, availability: { byPhase } }: Figures): Finding[] {
  const bound = bounds.jobP95Ms;
  if (bound === undefined) return [];
  const names = phases?.map(({ name }) => name) ?? PHASE_NAMES.filter((name) => byPhase[name] !== undefined);
  const calm = names.filter((name) => name !== 'during').map((name) => ({ name, waits: jobs[name] }));
  if (calm.length === 0) return [unmeasured('jobP95Ms', 'the run has no phase without a fault')];
  return calm.flatMap(({ name, waits }) => {
    if (waits === undefined) return [unmeasured('jobP95Ms', `no job of a change acknowledged in "${name}" tells its time`)];
    const message = `95 of 100 jobs were completed within ${ms(waits.p95)} > ${ms(bound)} in "${name}" (of ${count(waits.jobs)})`;
    if (waits.p95 > bound) return [{ ...broken('late-jobs', 1, message), phase: name }];
    return untoldJobs('jobP95Ms', name, waits);
  });
}

/** The longest of all phases: what a fault holds up must be done once it is over. */
function longestJob({ bounds }: Run, { jobs }: Figures): Finding[] {
  const bound = bounds.longestJobMs;
  if (bound === undefined) return [];
  const told = PHASE_NAMES.flatMap((name) => (jobs[name] === undefined ? [] : [{ name, waits: jobs[name] }]));
  if (told.length === 0) return [unmeasured('longestJobMs', 'no job of an acknowledged change tells its time')];
  return told.flatMap(({ name, waits }) => {
    if (waits.max > bound) {
      const message = `a job was completed after ${ms(waits.max)} > ${ms(bound)}, of a change of "${name}" (of ${count(waits.jobs)})`;
      return [{ ...broken('late-jobs', 1, message), phase: name }];
    }
    return untoldJobs('longestJobMs', name, waits);
  });
}

/** Jobs that do not tell their time may be the late ones. */
function untoldJobs(bound: keyof Bounds, phase: string, { jobs, untold }: { jobs: number; untold: number }): Finding[] {
  if (untold === 0) return [];
  return [unmeasured(bound, `${count(untold)} of ${count(untold + jobs)} jobs of "${phase}" do not tell their time`)];
}

function replicaStaleness({ bounds }: Run, { staleness }: Figures): Finding[] {
  const bound = bounds.staleReplicaP99Ms;
  if (bound === undefined) return [];
  const findings: Finding[] = [];
  for (const [copy, { p99Ms, pairs, stale }] of Object.entries(staleness)) {
    if (p99Ms === null || p99Ms <= bound) continue;
    const message = `99th percentile of staleness at copy "${copy}" ${ms(p99Ms)} > ${ms(bound)} (${count(stale)} of ${count(pairs)} elements seen late)`;
    findings.push({ ...broken('stale', stale, message), copy });
  }
  return findings;
}

/** A site that was taken out excuses itself from `share`, not from this. */
function leastShare({ bounds, topology }: Run, { shares }: Figures): Finding[] {
  const bound = bounds.leastShare;
  if (bound === undefined) return [];
  const phases = Object.entries(shares);
  const sites = topology.sites ?? [...new Set(phases.flatMap(([, bySite]) => Object.keys(bySite)))];
  const low = phases
    .flatMap(([phase, bySite]) => sites.map((site) => ({ phase, site, share: bySite[site] ?? 0 })))
    .filter((entry) => entry.share < bound);
  if (low.length === 0) return [];
  const worst = low.reduce((least, entry) => (entry.share < least.share ? entry : least));
  const message = `site "${worst.site}" gave ${share(worst.share)} of the ok answers in "${worst.phase}" < ${bound}`;
  return [{ ...broken('misrouted', low.length, message, low.slice(0, 20)), phase: worst.phase }];
}

/** What fails while the service is warmed up, before anything is judged by phase. */
function coldStart({ bounds }: Run, { availability: { warmUp } }: Figures): Finding[] {
  const bound = bounds.coldStart;
  if (bound === undefined) return [];
  if (warmUp === undefined) return [unmeasured('coldStart', 'no call was due before the first phase')];
  const bad = warmUp.offered - warmUp.ok;
  if (bad <= bound * warmUp.offered) return [];
  const message = `${count(bad)} of ${plural(warmUp.offered, 'call')} before the first phase were not ok, ${share(bad / warmUp.offered)} > ${bound}`;
  return [broken('cold-start', bad, message)];
}

function broken(name: string, number: number, message: string, witnesses: Record<string, unknown>[] = []): Finding {
  return { class: name, count: number, breaks: true, message, witnesses };
}

/** A bound that cannot be judged. */
export function unmeasured(bound: string, why: string): Finding {
  return { class: 'vacuous', count: 1, breaks: false, message: `bound ${bound} cannot be judged: ${why}`, witnesses: [] };
}
