import type { Bounds, Run } from '../record/format.ts';
import type { Finding } from '../record/verdict-format.ts';
import { judgeBounds, unmeasured } from './bounds.ts';
import type { Figures } from './figures.ts';

/** Bounds that calls which came late or not at all may break, by the class of their finding. */
const BY_CALLS: Readonly<Record<string, keyof Bounds>> = {
  availability: 'availability',
  'time-availability': 'timeAvailability',
  'longest-outage': 'longestOutageMs',
  'longest-silence': 'longestSilenceMs',
  rto: 'rtoMs',
};

/** Leaves undecided what only calls broke that a load generator began late, or dropped although the service held no client up: `asked` measures without them. */
export async function weighGenerator(
  run: Run,
  findings: readonly Finding[],
  figures: Figures,
  asked: () => Promise<Partial<Figures>>,
): Promise<Finding[]> {
  const doubtful = findings.filter((finding) => finding.breaks && BY_CALLS[finding.class] !== undefined);
  if (doubtful.length === 0) return [...findings];
  const still = judgeBounds(run, { ...figures, ...(await asked()) }).filter(({ finding }) => finding.breaks);
  return findings.map((finding) => {
    const bound = BY_CALLS[finding.class];
    if (bound === undefined || !doubtful.includes(finding) || still.some((other) => other.bound === bound)) return finding;
    return unmeasured(bound, `${finding.message}, by calls that the load generator made late or not at all`);
  });
}
