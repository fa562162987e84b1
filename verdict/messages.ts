import type { FindingClass, Run } from '../record/format.ts';
import type { Row } from './database.ts';
import { count, ms, plural, share } from './numbers.ts';

/** The rows of one rule that share a scope, hence one finding. */
export type Group = {
  key: string;
  scope: string;
  count: number;
  worst: number | null;
  copy: string | undefined;
  site: string | undefined;
  phase: string | undefined;
  witnesses: Row[];
};

type Case = { group: Group; facts: Row; run: Run };
type Judged = { breaks: boolean; message: string };

/** Says in one sentence what a rule found, and whether it breaks a promise of this run. */
export function describe(name: FindingClass, found: Case): Judged {
  return DESCRIPTIONS[name](found);
}

const DESCRIPTIONS: Record<FindingClass, (found: Case) => Judged> = {
  lost: ({ group, facts, run }) => {
    const allowed = run.bounds.lost ?? 0;
    const age = group.worst ?? 0;
    const tooOld = run.bounds.rpoMs !== undefined && age > run.bounds.rpoMs;
    const bound = run.bounds.rpoMs === undefined ? '' : `, bound ${ms(run.bounds.rpoMs)}`;
    return {
      breaks: group.count > allowed || tooOld,
      message: `${count(group.count)} of ${plural(Number(facts.acknowledged), 'acknowledged add')} lost: absent from the truth "${String(facts.truth)}" (bound ${count(allowed)}); oldest loss ${ms(age)} before the fault${bound}`,
    };
  },
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
  duplicated: ({ group }) => ({
    breaks: true,
    message: `${plural(group.count, 'id')} stored or completed more than once at copy "${group.copy ?? ''}", up to ${count(group.worst ?? 0)} times`,
  }),
  phantom: ({ group }) => ({
    breaks: true,
    message: `${plural(group.count, 'add')} certainly failed, yet present in a final state`,
  }),
  stale: staleMessage,
  'missing-at-copy': ({ group }) => ({
    breaks: true,
    message: `${plural(group.count, 'element')} of the truth absent or different at copy "${group.copy ?? ''}"`,
  }),
  misrouted: ({ group, run }) => {
    const [low, high] = run.bounds.share ?? [0, 1];
    if (group.scope === 'passive') {
      return {
        breaks: true,
        message: `${plural(group.count, 'call')} served by another site while site "${run.topology.sites?.[0] ?? ''}" was UP`,
      };
    }
    const where = `site "${group.site ?? ''}" in "${group.phase ?? ''}" while all sites were UP`;
    return {
      breaks: true,
      message:
        group.worst === 0 ? `no answer came from ${where}` : `share ${share(group.worst ?? 0)} of ${where} is outside [${low}, ${high}]`,
    };
  },
  vacuous: ({ group }) => ({ breaks: false, message: group.key }),
  'unwatched-exit': ({ group }) => ({
    breaks: false,
    message:
      group.scope === 'exit'
        ? `${plural(group.count, 'daemon')} ended without a journalled fault: ${endedDaemons(group)}`
        : `${plural(group.count, 'restart')} of a database copy before any journalled fault`,
  }),
};

function endedDaemons({ witnesses }: Group): string {
  return [...new Set(witnesses.map(({ daemon, host }) => `${String(daemon)} on ${String(host)}`))].join(', ');
}

function staleMessage({ group, facts, run }: Case): Judged {
  const { bounds } = run;
  const longest = `known for up to ${ms(group.worst ?? 0)}`;
  const judged = (what: string, bound: number | undefined): Judged => ({
    breaks: bound !== undefined && group.count > bound,
    message: `${plural(group.count, 'read')} ${what} missed an element ${longest} (${bound === undefined ? 'no bound' : `bound ${count(bound)}`})`,
  });
  switch (group.scope) {
    case 'primary': {
      const { breaks, message } = judged('asked of the primary', bounds.stalePrimary ?? 0);
      // without the truth's final state such reads may have missed lost elements, of which some may be allowed
      const excused = facts.usable !== true && (bounds.lost ?? 0) > 0;
      return { breaks: breaks && !excused, message };
    }
    case 'token':
      return judged('of a replica that demanded the write', 0);
    case 'restarting':
      return judged('of a replica that was catching up after a restart', bounds.staleRestarting);
    case 'unsynchronous':
      return { ...judged('of a replica that was not synchronous', undefined) };
    default:
      return judged('asked of a replica', bounds.staleReplica);
  }
}
