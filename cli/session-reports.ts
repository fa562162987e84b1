import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { junit } from '../reports/index.ts';
import { codeOf, type Outcome } from '../run/session.ts';
import { writeSession } from '../run/session-file.ts';
import { writeAtomic } from '../support/files.ts';
import { projectRoot, reportsDir } from '../support/paths.ts';
import { giveToUser } from '../support/user.ts';
import { profileOf } from './profiles.ts';
import type { Plan } from './scenario-runner.ts';

/** The folder of reports without those of an earlier session, which nobody may take for this one's. */
export function emptyReports(): string {
  const out = reportsDir();
  mkdirSync(out, { recursive: true });
  for (const stale of ['results.json', 'junit.xml', 'allure-results', 'allure-report', 'playwright'])
    rmSync(join(out, stale), { recursive: true, force: true });
  return out;
}

/** Writes what continuous integration and later reports read of a session that is over. */
export function leaveFiles(over: { plan: Plan; session: string; startedAt: Date; outcomes: readonly Outcome[] }): void {
  const { plan, session, startedAt, outcomes } = over;
  const { profile, repeat } = profileOf(plan);
  const chosen = profile === undefined ? { scenarios: plan.scenarios } : { profile };
  const shard: Record<string, string> = plan.shard === undefined ? {} : { shard: `${plan.shard.part}/${plan.shard.of}` };
  const about = { session, pattern: plan.pattern, ...shard };
  leaveSession({ ...about, ...chosen, repeat, startedAt: startedAt.toISOString() }, outcomes);
  const properties = { ...about, chosen: profile ?? plan.scenarios.join(' '), repeat: String(repeat) };
  leaveJUnit({ name: plan.pattern, startedAt, properties, outcomes });
}

/** Writes what a session was beside the records of its runs. */
export function leaveSession(...session: Parameters<typeof writeSession>): void {
  giveToUser(dirname(writeSession(...session)));
}

/** Says how a session is called, and what for. */
export function sessionLine(session: string): string {
  return `session ${session}: "holdfast report --table" prints it as Markdown`;
}

/** Writes outcomes as JUnit, where continuous integration finds it. */
export function leaveJUnit(over: {
  name: string;
  startedAt: Date;
  properties: Readonly<Record<string, string>>;
  outcomes: readonly Outcome[];
}): void {
  const { outcomes, ...suite } = over;
  const cases = outcomes.map((outcome) => ({ ...outcome, code: codeOf(outcome) }));
  const path = join(reportsDir(), 'junit.xml');
  writeAtomic(path, junit({ ...suite, cases, root: projectRoot }));
  giveToUser(path);
}
