import type { FindingClass } from '../record/format.ts';
import type { Case, Describe, Judged } from './group.ts';
import { count, ms, plural } from './numbers.ts';

/** Classes that reads show. */
type ReadClass = Extract<FindingClass, 'stale' | 'non-monotonic' | 'non-monotonic-session' | 'skipped' | 'never-read'>;

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
    const asked = { primary: 'asked of the primary', token: 'of a replica that demanded it', replica: 'asked of a replica (no promise)' }[
      group.scope
    ];
    return {
      breaks: group.scope !== 'replica',
      message: `${plural(group.count, 'walk')} through a list, ${asked ?? ''}, passed elements and never showed them, up to ${count(group.worst ?? 0)} in one walk`,
    };
  },
  'never-read': ({ group }) => ({ breaks: false, message: group.message ?? '' }),
};

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
