import type { FindingClass } from '../record/format.ts';
import type { Case, Describe, Group, Judged } from './group.ts';
import { READ_MESSAGES } from './messages-reads.ts';
import { WRITE_MESSAGES } from './messages-writes.ts';
import { ms, plural, share } from './numbers.ts';

/** Says in one sentence what a rule found, and whether it breaks a promise of this run. */
export function describe(name: FindingClass, found: Case): Judged {
  return DESCRIPTIONS[name](found);
}

const DESCRIPTIONS: Record<FindingClass, Describe> = {
  ...WRITE_MESSAGES,
  ...READ_MESSAGES,
  'split-brain': ({ group }) => ({
    breaks: true,
    message: `${plural(group.count, 'write')} answered by a copy after another had taken over and answered writes of its own`,
  }),
  'two-writable': ({ group }) => ({
    breaks: false,
    message: `copies ${group.scope} were writable at the same time in ${plural(group.count, 'span')} of looks, the longest of at least ${ms(group.worst ?? 0)}`,
  }),
  misrouted: ({ group, run }) => {
    const [low, high] = run.bounds.share ?? [0, 1];
    if (group.scope === 'passive') {
      return {
        breaks: true,
        message: `${plural(group.count, 'call')} served by another site while site "${run.topology.sites?.[0] ?? ''}" was UP`,
      };
    }
    if (group.scope.startsWith('gone ')) {
      return { breaks: true, message: `site "${group.site ?? ''}" never came back: it was not UP in "after", or gave none of its answers` };
    }
    if (group.scope.startsWith('jobs ')) {
      return { breaks: true, message: `no job of "before" was done by a worker of site "${group.site ?? ''}"` };
    }
    const kind = /^kind \S+ \S+ (?<what>.*)$/u.exec(group.scope)?.groups?.what;
    if (kind !== undefined) {
      const [phase, site, part] = [group.phase ?? '', group.site ?? '', share(group.worst ?? 0)];
      return {
        breaks: true,
        message: `site "${site}" gave a share of ${part} of the answers to "${kind}" in "${phase}" while all sites were UP, further outside [${low}, ${high}] than chance explains`,
      };
    }
    const where = `site "${group.site ?? ''}" in "${group.phase ?? ''}" while all sites were UP`;
    return {
      breaks: true,
      message:
        group.worst === 0 ? `no answer came from ${where}` : `share ${share(group.worst ?? 0)} of ${where} is outside [${low}, ${high}]`,
    };
  },
  vacuous: ({ group }) => ({ breaks: false, message: group.message ?? '' }),
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
