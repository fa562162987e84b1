import { relative } from 'node:path';
import type { Verdict } from '../record/verdict-format.ts';
import { EXIT } from '../support/errors.ts';
import { countOf, longestOutageMs, recoveryMs, staleReads } from './measured.ts';
import { escape } from './text.ts';

/** One run of a scenario, as continuous integration counts it. */
export interface JUnitCase {
  title: string;
  /** file of the scenario within scenarios/ */
  file?: string | undefined;
  seconds?: number | undefined;
  /** what it alone would make of the exit code */
  code: number;
  /** folder of its record */
  folder?: string | undefined;
  verdict?: Verdict | undefined;
  /** how it ended without a verdict */
  error?: string | undefined;
  /** why it was not to run */
  skipped?: string | undefined;
}

export interface JUnitSuite {
  name: string;
  startedAt: Date;
  properties: Readonly<Record<string, string>>;
  cases: readonly JUnitCase[];
  /** folder that paths are relative to, as the CI system has it */
  root: string;
}

/** Verdicts as JUnit: a broken promise is a failure; what could not be judged, or not be healed, is an error and never a pass; what was not to run is skipped. */
export function junit({ name, startedAt, properties, cases, root }: JUnitSuite): string {
  const run = cases.filter((each) => each.skipped === undefined);
  const failures = run.filter(({ code }) => code === EXIT.broken).length;
  const errors = run.filter(({ code }) => code !== EXIT.broken && code !== EXIT.pass).length;
  const skipped = cases.length - run.length;
  const seconds = cases.reduce((sum, each) => sum + (each.seconds ?? 0), 0);
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds.toFixed(3)}"`;
  const seen = new Map<string, number>();
  const lines = cases.flatMap((each) => {
    const nth = (seen.get(each.title) ?? 0) + 1;
    seen.set(each.title, nth);
    return caseLines(each, { nth, root });
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="holdfast" ${counts}>`,
    `<testsuite name="${escape(name)}" timestamp="${startedAt.toISOString()}" ${counts}>`,
    ...propertyLines(properties),
    ...lines,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines(each: JUnitCase, { nth, root }: { nth: number; root: string }): string[] {
  // a repeat under a name of its own, or CI systems would show only one of them
  const title = nth === 1 ? each.title : `${each.title} (${nth})`;
  const place = (each.file ?? 'scenarios').replace(/\.spec\.ts$/u, '').replaceAll('/', '.');
  const record = each.folder === undefined ? undefined : relative(root, each.folder);
  return [
    `<testcase name="${escape(title)}" classname="${escape(place)}" time="${(each.seconds ?? 0).toFixed(3)}">`,
    ...propertyLines({ ...(record === undefined ? {} : { record }), ...figures(each.verdict) }),
    ...outcomeLines(each),
    ...(record === undefined || each.verdict === undefined
      ? []
      : [`<system-out>[[ATTACHMENT|${escape(record)}/report.html]]</system-out>`]),
    '</testcase>',
  ];
}

function outcomeLines({ code, verdict, error, skipped }: JUnitCase): string[] {
  if (skipped !== undefined) return [`<skipped message="${escape(skipped)}"/>`];
  if (code === EXIT.pass) return [];
  const reasons = verdict?.reasons ?? [error ?? 'ended without a verdict'];
  const control = verdict?.expect === undefined ? '' : `expected to be flagged as "${verdict.expect}", and as nothing else: `;
  const [element, type] = KINDS[code] ?? KINDS[EXIT.inconclusive]!;
  return [`<${element} type="${type}" message="${escape(`${control}${reasons[0]}`)}">${reasons.map(escape).join('\n')}</${element}>`];
}

const KINDS: Readonly<Record<number, [element: string, type: string]>> = {
  [EXIT.broken]: ['failure', 'broken promise'],
  [EXIT.inconclusive]: ['error', 'inconclusive'],
  [EXIT.unhealed]: ['error', 'healing incomplete'],
};

function figures(verdict: Verdict | undefined): Record<string, string> {
  if (verdict === undefined) return { verdict: 'none' };
  const { primary, replica } = staleReads(verdict);
  const rto = recoveryMs(verdict);
  const lost = countOf(verdict, 'lost');
  return {
    verdict: verdict.verdict,
    ...(verdict.expect === undefined ? {} : { mustFlag: verdict.expect }),
    held: String(verdict.held),
    ...(verdict.availability.event === null ? {} : { availability: String(verdict.availability.event) }),
    longestOutageMs: String(longestOutageMs(verdict)),
    ...(rto === undefined ? {} : { rtoMs: String(rto ?? 'never') }),
    ...(lost === 0 && verdict.verdict === 'inconclusive' ? {} : { lost: String(lost) }),
    stalePrimary: String(primary),
    staleReplica: String(replica),
    unknownWrites: String(verdict.writes.unknown),
  };
}

function propertyLines(properties: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(properties).map(([name, value]) => `<property name="${escape(name)}" value="${escape(value)}"/>`);
  return lines.length === 0 ? [] : ['<properties>', ...lines, '</properties>'];
}
