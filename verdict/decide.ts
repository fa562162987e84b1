import { explainedBy, isExplained } from '../record/explained.ts';
import type { Run } from '../record/format.ts';
import type { Finding, Verdict } from '../record/verdict-format.ts';
import { silenceInWords, worstSilence } from './bounds.ts';
import { easedBy, easedInWords } from './eased.ts';
import type { Figures } from './figures.ts';
import { count, ms, plural, share } from './numbers.ts';

/** Most spans that notes tell of. */
const MOST_CONTRADICTED = 5;

/** Classes that leave a record undecided. */
const UNDECIDING = new Set(['never-read', 'vacuous', 'unwatched-exit']);

/** Classes that one root may bring along: a control that expects the root is not spoilt by them. */
const CONSEQUENCES: Record<string, readonly string[]> = {
  availability: ['time-availability', 'longest-outage', 'longest-silence', 'rto', 'latency', 'late-jobs', 'cold-start'],
  // the lost tail holds writes without an answer as well, and some were seen
  lost: ['read-then-lost'],
  'lost-unreplicated': ['read-then-lost'],
  // a tail that comes over late brings jobs that the workers of the site that has it have carried out since
  'lost-update': ['duplicated'],
  // where both write, the workers of both carry out a job that came over before its end did
  'split-brain': ['read-then-lost', 'duplicated'],
};

/** The verdict of findings: a broken promise before a doubt before a pass. */
export function decide(
  run: Run,
  findings: Finding[],
  { figures, overload }: { figures: Figures; overload: string | undefined },
): Pick<Verdict, 'verdict' | 'reasons' | 'held'> {
  const broken = findings.filter((finding) => finding.breaks);
  const doubts = findings.filter((finding) => UNDECIDING.has(finding.class) || (finding.class === 'never-written' && !finding.breaks));
  const verdict = broken.length > 0 ? 'fail' : doubts.length > 0 ? 'inconclusive' : 'pass';
  const alarms = broken.filter((finding) => !isExplained(finding, findings));
  const reasons = alarms.map((finding) => `${finding.class}: ${finding.message}${explains(finding, findings)}`);
  reasons.push(...doubts.map((finding) => `${finding.class}: ${finding.message}`));
  if (verdict === 'pass') reasons.push(promisesHeld(figures));
  const { accepted, acceptedVanished = 0 } = figures.writes;
  if (accepted > 0) {
    reasons.push(
      `note: ${plural(accepted, 'add')} answered without waiting for replication (202), of which ${count(acceptedVanished)} are absent from the truth`,
    );
  }
  for (const { copy, answers, writes, start, end } of (figures.contradicted ?? []).slice(0, MOST_CONTRADICTED))
    reasons.push(
      `note: copy "${copy}" gave ${plural(answers, 'ok answer')}, ${count(writes)} of them to writes, from ${start} to ${end} µs while every look found it down: who looked did not reach it, or gave up too early`,
    );
  const silence = worstSilence(figures);
  const patience = run.bounds.rtoMs ?? run.bounds.longestOutageMs;
  if (
    silence !== undefined &&
    patience !== undefined &&
    silence.lengthMs > patience &&
    !broken.some(({ class: name }) => name === 'longest-silence')
  )
    reasons.push(
      `note: ${silenceInWords(silence)}, longer than the ${ms(patience)} that ${run.bounds.rtoMs === undefined ? 'an outage' : 'recovery'} may take`,
    );
  const { warmUp } = figures.availability;
  if (warmUp !== undefined && warmUp.ok < 0.95 * warmUp.offered && !broken.some(({ class: name }) => name === 'cold-start')) {
    const bound = run.bounds.coldStart;
    const judged = bound === undefined ? 'a warm-up is not judged' : `the bound is ${bound}`;
    reasons.push(
      `note: ${count(warmUp.offered - warmUp.ok)} of ${plural(warmUp.offered, 'call')} before the first phase were not ok; ${judged}`,
    );
  }
  if (overload !== undefined && !doubts.some(({ message }) => message === overload)) reasons.push(`note: ${overload}`);
  reasons.push(...easedInWords(easedBy(run), findings));
  return { verdict, reasons, held: holds(run, verdict, { broken, doubts }) };
}

/** What an alarm brought along, in its own sentence. */
function explains(finding: Finding, findings: readonly Finding[]): string {
  const brought = Map.groupBy(
    explainedBy(finding, findings).filter((other) => other.breaks),
    (other) => other.class,
  );
  const parts = [...brought].map(([name, list]) => `${count(list.reduce((sum, other) => sum + other.count, 0))} ${name}`);
  return parts.length === 0 ? '' : `; this explains ${parts.join(', ')}`;
}

function holds(
  { expect, topology }: Run,
  verdict: Verdict['verdict'],
  { broken, doubts }: Record<'broken' | 'doubts', Finding[]>,
): boolean {
  if (expect === undefined) return verdict === 'pass';
  // a mistake may break more than it is caught by, and keep the fault from ending
  if (topology.sabotage !== undefined) return broken.some((finding) => finding.class === expect);
  if (expect === 'inconclusive') return verdict === 'inconclusive';
  // what is flagged although its fault was not proven, or its load not offered, is not flagged for the reason that the control is about
  if (doubts.length > 0) return false;
  const allowed = new Set([expect, ...(CONSEQUENCES[expect] ?? [])]);
  return (
    broken.some((finding) => finding.class === expect) &&
    broken.every(({ class: name, root }) => allowed.has(name) || (root !== undefined && allowed.has(root)))
  );
}

function promisesHeld({ availability, coverage, writes }: Figures): string {
  const measured =
    availability.event === null ? '' : `, availability ${share(availability.event)} of ${plural(availability.offered, 'call')}`;
  return `every promise held: ${plural(writes.acknowledged, 'acknowledged add')}, ${count(coverage.refutable)} of them open to refutation by a read${measured}`;
}
