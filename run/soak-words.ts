import { join, relative } from 'node:path';
import { scheduleTable, stepWords } from '../faults/schedule/table.ts';
import { isExplained } from '../record/explained.ts';
import { plain } from '../reports/text.ts';
import { duration, percent } from '../reports/numbers.ts';
import { longestOutageMs } from '../reports/measured.ts';
import type { RoundOutcome } from './round.ts';
import type { Round } from './rounds.ts';

/** A round before it is played: its name and its schedule. */
export function roundHead({ title, schedule }: Round): string {
  return `\n${title}: ${scheduleTable(schedule)}`;
}

/** What came of a round: verdict, faults, findings, what was left out, and where to read on. */
export function roundEnd({ schedule, again }: Round, { verdict, error, folder, leftOut }: RoundOutcome): string {
  const count = schedule.steps.length - leftOut.length;
  const faults = `${count} of ${schedule.steps.length} faults injected`;
  const lines = leftOut.map(({ fault, target, reason }) => `  left out: ${fault} ${target}: ${plain(reason)}`);
  if (verdict === undefined) return [`no verdict: ${error}`, ...lines, `  again: holdfast soak ${again}`].join('\n');
  const { event } = verdict.availability;
  const head = `${verdict.verdict}: ${faults}; available ${percent(event)}, longest outage ${duration(longestOutageMs(verdict))}`;
  const why =
    verdict.verdict === 'pass' ? [] : [...verdict.reasons.map((reason) => `  ${plain(reason)}`), `  again: holdfast soak ${again}`];
  return [head, ...lines, ...why, `  ${relative(process.cwd(), join(folder ?? '', 'report.html'))}`].join('\n');
}

/** The class of the finding that broke a round, the first of those that nothing else explains; undefined for a round that broke nothing. */
export function failureOf({ verdict }: RoundOutcome): string | undefined {
  return failuresOf(verdict)[0];
}

/** Whether a round fails by a finding of that class. */
export function failsBy(failure: string, { verdict }: RoundOutcome): boolean {
  return failuresOf(verdict).includes(failure);
}

function failuresOf(verdict: RoundOutcome['verdict']): string[] {
  if (verdict?.verdict !== 'fail') return [];
  return verdict.findings.filter((finding) => finding.breaks && !isExplained(finding, verdict.findings)).map((finding) => finding.class);
}

/** The faults of a schedule on one line. */
export function stepsInWords({ schedule: { steps } }: Pick<Round, 'schedule'>): string {
  return steps.map(stepWords).join('; ');
}
