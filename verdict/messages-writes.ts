import type { FindingClass } from '../record/format.ts';
import type { Case, Describe, Group, Judged } from './group.ts';
import { count, ms, plural } from './numbers.ts';

/** Classes that a final state shows. */
type WriteClass = Extract<
  FindingClass,
  | 'lost'
  | 'lost-unreplicated'
  | 'lost-update'
  | 'read-then-lost'
  | 'duplicated'
  | 'phantom'
  | 'unexpected'
  | 'unfinished'
  | 'missing-at-copy'
  | 'extra-at-copy'
>;

/** What is said of findings in final states. */
export const WRITE_MESSAGES: Record<WriteClass, Describe> = {
  lost: (found) => {
    const { group, facts } = found;
    const { breaks, bound } = lossBounds(found);
    return {
      breaks,
      message: `${count(group.count)} of ${plural(Number(facts.acknowledged), 'acknowledged add')} lost: absent from the truth "${String(facts.truth)}" (${bound}); oldest loss ${ms(group.worst ?? 0)} before the fault${ageBound(found)}${heldAt(group)}`,
    };
  },
  'lost-unreplicated': ({ group, total, facts, run }) => {
    const allowed = run.bounds.lostUnreplicated;
    const answered = group.scope === 'accepted' ? 'answered as not replicated (202)' : 'acknowledged while synchronous replication was off';
    return {
      breaks: allowed !== undefined && total > allowed,
      message: `${plural(group.count, 'write')} ${answered} and lost: absent from the truth "${String(facts.truth)}" (${allowed === undefined ? 'no bound' : `bound ${count(allowed)}`})${heldAt(group)}`,
    };
  },
  'lost-update': (found) => {
    const { group, facts } = found;
    const { breaks, bound } = lossBounds(found);
    const reasons = [...new Set(group.witnesses.flatMap(({ truth }) => (typeof truth === 'string' ? [truth] : [])))].sort();
    return {
      breaks,
      message: `${plural(group.count, 'key')} whose acknowledged put is not what the truth "${String(facts.truth)}" holds (${reasons.join('; ')}; ${bound}); oldest loss ${ms(group.worst ?? 0)} before the fault${ageBound(found)}${heldAt(group)}`,
    };
  },
  'read-then-lost': ({ group, facts, findings, run }) => {
    const allowed = run.bounds.shownUnconfirmed;
    if (group.scope === 'replica' && allowed !== undefined) {
      return {
        breaks: group.count > allowed,
        message: `${plural(group.count, 'write')} that nobody had acknowledged, shown by a replica and absent from the truth "${String(facts.truth)}" (bound ${count(allowed)})`,
      };
    }
    const told = group.root === undefined ? 'although no answer had promised it' : `as "${group.root}" explains`;
    return {
      breaks: group.root === undefined || findings.some((finding) => finding.class === group.root && finding.breaks),
      message: `${plural(group.count, 'element')} shown by a read and absent from the truth "${String(facts.truth)}", ${told}`,
    };
  },
  duplicated: ({ group }) => ({
    breaks: true,
    message: `${plural(group.count, 'id')} stored or completed more than once at copy "${group.copy ?? ''}", up to ${count(group.worst ?? 0)} times`,
  }),
  phantom: ({ group }) => ({
    breaks: true,
    message: `${plural(group.count, 'write')} certainly failed, yet present in a final state`,
  }),
  unexpected: ({ group, facts }) => {
    if (group.scope === 'excused') {
      return {
        breaks: false,
        message: `${plural(group.count, 'id')} present that the cut history does not name; the load generator may have sent them unrecorded`,
      };
    }
    const missing = facts.ends === 1 ? Math.max(0, Number(facts.stated) - Number(facts.lines)) : 0;
    const explained = group.count <= missing;
    return {
      breaks: !explained,
      message: `${plural(group.count, 'id')} present that no write of this run named${explained ? `; the ${plural(missing, 'line')} missing from the history may explain them` : ''}`,
    };
  },
  unfinished: ({ group, facts }) => ({
    breaks: true,
    message: `${plural(group.count, 'change')} present in the truth "${String(facts.truth)}" whose job was never completed`,
  }),
  'missing-at-copy': ({ group }) => ({
    breaks: true,
    message: group.scope.startsWith('late ')
      ? `copy "${group.copy ?? ''}" never caught up with the truth in the time given`
      : `${plural(group.count, 'element')} of the truth absent or different at copy "${group.copy ?? ''}"`,
  }),
  'extra-at-copy': ({ group }) => ({
    breaks: true,
    message: `${plural(group.count, 'element')} at copy "${group.copy ?? ''}" that the truth does not hold`,
  }),
};

/** Losses are judged by their number and, where that is bound, by the age of the oldest. */
function lossBounds({ group, total, run }: Case): Pick<Judged, 'breaks'> & { bound: string } {
  const allowed = run.bounds.lost ?? 0;
  const tooOld = run.bounds.rpoMs !== undefined && (group.worst ?? 0) > run.bounds.rpoMs;
  return { breaks: total > allowed || tooOld, bound: `bound ${count(allowed)}` };
}

/** Where what the truth lacks had been: a copy that was deposed with it. */
function heldAt({ held, holders, count: all }: Group): string {
  if (held === 0) return '';
  return `; ${held === all ? 'all' : count(held)} of them held by ${holders ?? ''} when it was deposed`;
}

function ageBound({ run }: Case): string {
  return run.bounds.rpoMs === undefined ? '' : `, bound ${ms(run.bounds.rpoMs)}`;
}
