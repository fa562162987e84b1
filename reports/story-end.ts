import { explainedBy, isExplained } from '../record/explained.ts';
import type { Finding, Verdict } from '../record/verdict-format.ts';
import type { Event } from './event.ts';
import { countOf, longestOutageMs, lossIsKnown, staleReads } from './measured.ts';
import { duration, percent } from './numbers.ts';
import type { RunData } from './run-data.ts';
import { counted, listed, whole } from './text.ts';

/** How the run ended, in sentences: totals, fate of the unanswered, losses, recovery, and the verdict's own words. */
export function closingOf(data: RunData): Event[] {
  const { verdict } = data;
  if (verdict === undefined) return [{ text: 'This run has not been judged yet.', tone: 'bad' }];
  return [
    totals(verdict),
    unanswered(verdict),
    accepted(verdict),
    losses(verdict, data),
    stale(verdict),
    ...verdict.recovery.map(recovery),
    ...verdict.findings
      .filter((finding) => finding.breaks && !isExplained(finding, verdict.findings))
      .map((finding) => broken(finding, verdict.findings)),
    conclusion(verdict),
  ].filter((event) => event !== undefined);
}

function totals({ availability }: Verdict): Event | undefined {
  const { offered, event } = availability;
  if (offered === 0) return { text: 'No operation was offered.', tone: 'bad' };
  const worst = longestOutageMs({ availability } as Verdict);
  const outage = worst === 0 ? 'no outage' : `longest outage ${duration(worst)}`;
  return { text: `${counted(offered, 'operation')} offered in the judged phases, ${percent(event)} succeeded, ${outage}.`, tone: 'fact' };
}

function unanswered({ writes }: Verdict): Event | undefined {
  const { unknown, recovered, vanished } = writes;
  if (unknown === 0) return undefined;
  const fates = recovered + vanished === 0 ? 'what became of them is not known' : `${whole(recovered)} present, ${whole(vanished)} absent`;
  return { text: `${counted(unknown, 'write')} without a definite answer: ${fates}.`, tone: 'fact' };
}

function accepted({ writes }: Verdict): Event | undefined {
  if (writes.accepted === 0) return undefined;
  const absent = writes.acceptedVanished ? `; ${whole(writes.acceptedVanished)} of them absent at the end` : '';
  return {
    text: `${counted(writes.accepted, 'write was', 'writes were')} accepted (202), not confirmed as replicated${absent}.`,
    tone: 'fact',
  };
}

function losses(verdict: Verdict, { finals, run }: RunData): Event | undefined {
  const lost = countOf(verdict, 'lost');
  if (lost > 0) {
    const told = verdict.findings.some((finding) => finding.class === 'lost' && finding.breaks);
    return told ? undefined : { text: `${counted(lost, 'acknowledged write')} lost, within the bound.`, tone: 'bad' };
  }
  if (verdict.writes.acknowledged === 0) return { text: 'No write was acknowledged, so none could be lost.', tone: 'bad' };
  if (!lossIsKnown(verdict, finals, run.truth)) return { text: 'Whether an acknowledged write was lost is not known.', tone: 'bad' };
  const all = `all ${whole(verdict.writes.acknowledged)} acknowledged writes are there`;
  return { text: `Nothing acknowledged was lost: ${all}.`, tone: 'good' };
}

function stale(verdict: Verdict): Event | undefined {
  const { primary, replica } = staleReads(verdict);
  if (primary + replica === 0) {
    return verdict.coverage.refutable > 0 ? { text: 'No read was stale.', tone: 'good' } : undefined;
  }
  const parts = [primary > 0 ? `${whole(primary)} from the primary` : '', replica > 0 ? `${whole(replica)} from replicas` : ''];
  return { text: `Stale reads: ${listed(parts.filter((part) => part !== ''))}.`, tone: primary > 0 ? 'bad' : 'fact' };
}

/* A broken promise and what it brought along, in one sentence. */
function broken(finding: Finding, findings: readonly Finding[]): Event {
  const explained = explainedBy(finding, findings).map((other) => `${whole(other.count)} ${other.class}`);
  const told = finding.message.replace(/\.$/, '');
  return { text: `${told}${explained.length === 0 ? '' : `; this explains ${listed(explained)}`}.`, tone: 'bad' };
}

function recovery({ fault, target, stableMs, redundantMs, firstSuccessMs }: Verdict['recovery'][number]): Event {
  const of = `${fault} on ${target}`;
  if (stableMs === null) return { text: `Service did not become stable again after ${of}.`, tone: 'bad' };
  const redundant = redundantMs === null ? 'full redundancy was not seen again' : `fully redundant after ${duration(redundantMs)}`;
  if (stableMs === 0 && firstSuccessMs === 0) return { text: `Service never left its bounds through ${of}; ${redundant}.`, tone: 'good' };
  return { text: `Service was stable ${duration(stableMs)} after ${of}; ${redundant}.`, tone: redundantMs === null ? 'bad' : 'good' };
}

function conclusion({ verdict, expect, held, reasons, findings }: Verdict): Event {
  if (expect !== undefined) {
    return held
      ? { text: `Verdict: ${verdict}. This control had to be flagged as "${expect}", and was.`, tone: 'good' }
      : {
          text: `Verdict: ${verdict}. This control had to be flagged as "${expect}", and was not, not only, or with something in doubt.`,
          tone: 'bad',
        };
  }
  const told = findings.some((finding) => finding.breaks && reasons[0]?.endsWith(finding.message));
  const why = verdict === 'pass' || reasons[0] === undefined || told ? '' : ` ${reasons[0]}`;
  return { text: `Verdict: ${verdict}.${why}`, tone: verdict === 'pass' ? 'good' : 'bad' };
}
