import type { FindingClass } from '../record/format.ts';
import type { Case, Describe, Group, Judged } from './group.ts';
import { count, ms, plural } from './numbers.ts';

/** Classes that reads show. */
type ReadClass = Extract<
  FindingClass,
  | 'stale'
  | 'non-monotonic'
  | 'non-monotonic-session'
  | 'skipped'
  | 'broken-list'
  | 'never-written'
  | 'wrong-row'
  | 'not-primary'
  | 'never-read'
>;

/** What is said of findings among reads. */
export const READ_MESSAGES: Record<ReadClass, Describe> = {
  stale,
  'non-monotonic': (found) => {
    const { group } = found;
    const where = group.scope === '' ? 'asked of the primary' : `served by copy "${group.scope}" without a restart between`;
    return {
      breaks: !lossesAllowed(found),
      message: `${plural(group.count, 'read')} showed less than an earlier one, both ${where}, up to ${ms(group.worst ?? 0)} later`,
    };
  },
  'non-monotonic-session': (found) => {
    const { group } = found;
    const promise = {
      token: 'although its token demanded it',
      current: 'although every copy promises to be current',
    }[group.scope];
    return {
      breaks: promise !== undefined && !lossesAllowed(found),
      message: `${plural(group.count, 'read')} showed a client less than an earlier one of another copy, up to ${ms(group.worst ?? 0)} later (${promise ?? 'no promise'})`,
    };
  },
  skipped: ({ group }) => {
    const asked = { primary: 'asked of the primary', token: 'of a replica that demanded it', replica: 'asked of a replica' }[group.scope];
    return {
      breaks: true,
      message: `${plural(group.count, 'walk')} through a list, ${asked ?? ''}, passed elements and never showed them, up to ${count(group.worst ?? 0)} in one walk`,
    };
  },
  'broken-list': ({ group }) => ({ breaks: true, message: brokenList(group) }),
  'never-written': neverWritten,
  'wrong-row': ({ group }) => ({
    breaks: true,
    message: `${plural(group.count, 'read')} asked of ${group.scope === 'primary' ? 'the primary' : 'a replica'} found an element, and showed the row of another transaction than its add had made`,
  }),
  'not-primary': ({ group }) => ({
    breaks: true,
    message: `${plural(group.count, 'call')} asked of the primary answered by ${group.copy === undefined ? 'copies' : `copy "${group.copy}"`} while every look showed that no writes were taken there`,
  }),
  'never-read': ({ group }) => ({ breaks: false, message: group.message ?? '' }),
};

function brokenList({ scope, count: all, worst }: Group): string {
  switch (scope) {
    case 'twice':
      return `${plural(all, 'element')} shown more than once by one walk through a list, up to ${count(worst ?? 0)} times`;
    case 'order':
      return `${plural(all, 'element')} of a list shown behind what was begun after its acknowledgement`;
    case 'walks':
      return `${plural(all, 'element')} shown by one walk through a list behind what another walk shows after it`;
    case 'limit':
      return `${plural(all, 'page')} of a list with more items than its limit, up to ${count(worst ?? 0)}`;
    default:
      return `${plural(all, 'page')} of a list with items that gave the position to go on from that it was asked from`;
  }
}

function neverWritten({ group, facts }: Case): Judged {
  const missing = facts.ends === 1 ? Math.max(0, Number(facts.stated) - Number(facts.lines)) : 0;
  const why = {
    excused: '; the cut history may lack the calls that sent them',
    close: '; the clocks of two machines may differ by as much',
  }[group.scope];
  const explained = group.count <= missing ? `; the ${plural(missing, 'line')} missing from the history may explain them` : undefined;
  const reasons = [...new Set(group.witnesses.flatMap((witness) => (typeof witness.why === 'string' ? [witness.why] : [])))].sort();
  const early = group.worst === null ? '' : `, up to ${ms(group.worst)} before it was sent`;
  return {
    breaks: why === undefined && explained === undefined,
    message: `${plural(group.count, 'sighting')} of what no write of this run had sent by then (${reasons.join('; ')})${early}${why ?? explained ?? ''}`,
  };
}

function stale(found: Case): Judged {
  const { group, run } = found;
  const { bounds } = run;
  const longest = `known for up to ${ms(group.worst ?? 0)}`;
  const judged = (what: string, bound: number | undefined, number = group.count): Judged => ({
    breaks: bound !== undefined && number > bound,
    message: `${plural(group.count, 'read')} ${what} missed an element ${longest} (${bound === undefined ? 'no bound' : `bound ${count(bound)}`})`,
    asked: 'replica',
  });
  switch (group.scope) {
    case 'primary': {
      const { breaks, message } = judged('asked of the primary', bounds.stalePrimary ?? 0);
      return { breaks: breaks && !lossesAllowed(found), message, asked: 'primary' };
    }
    case 'token':
      return judged('of a replica that demanded the write', 0);
    case 'restarting':
      return judged('of a replica that was catching up after a restart', bounds.staleRestarting);
    case 'unsynchronous':
      return judged('of a replica that was not synchronous', undefined);
    default:
      return judged('asked of a replica', bounds.staleReplica);
  }
}

/** Without the truth's final state reads may have missed lost elements, of which some may be allowed. */
function lossesAllowed({ facts, run }: Case): boolean {
  return facts.usable !== true && (run.bounds.lost ?? 0) > 0;
}
