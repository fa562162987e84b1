import { UsageError } from '../support/errors.ts';
import type { Impairment, Path, Topology } from '../topology/model.ts';
import type { Evidence, FaultSpec, Pinned, Target } from './fault.ts';
import { along, between, lookedAt, networkFault, networkOptions, type NetworkOptions, type OtherEnd } from './network.ts';
import { arriving } from './probes.ts';

const UNITS: Record<string, number> = { kbit: 1e3 / 8, Mbit: 1e6 / 8 };
/** What can be told from the rest by a second's worth of datagrams, and from what one machine passes anyway; bytes a second. */
const LEAST = 12_500;
const MOST = 12_500_000;

/** Lets no more than `to` ("500kbit", "1Mbit" a second) pass between a target and another end, over all their links together; what waits for more than 200 ms is dropped. */
export function limitBandwidth(target: Target, from: OtherEnd, options: NetworkOptions & { to: string }): FaultSpec {
  const { to, ...rest } = options;
  const [, number, unit] = /^(\d+(?:\.\d+)?)(kbit|Mbit)$/.exec(to.trim()) ?? [];
  const bytesPerSecond = Number(number) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (!(bytesPerSecond >= LEAST && bytesPerSecond <= MOST)) {
    throw new UsageError(`to "${to}": expected 100kbit to 100Mbit a second, such as "1Mbit"`);
  }
  return between('limit-bandwidth', { target, from }, { ...rest, line: { bytesPerSecond } });
}

export const limitBandwidthFault = networkFault({
  name: 'limit-bandwidth',
  needs: ['lines'],
  takes: ['to'],
  asked: ({ to, ...rest }) => {
    if (to === undefined) throw new UsageError('limit-bandwidth: expected "to", such as "1Mbit"; came none');
    return limitBandwidth(rest.target, rest.from, { ...networkOptions(rest), to });
  },
  impairment: ({ line }) => ({ kind: 'line', ...line }),
  effect: (topology, pinned) => looks(topology, pinned, (share) => share < 0.7),
  gone: (topology, pinned) => looks(topology, pinned, (share) => share >= 0.9),
});

function looks(topology: Topology, { paths, impairment }: Pinned, holds: (share: number) => boolean): Promise<Evidence> {
  // a line passes 30 % of a second's worth in the time of a look, and what its queue holds is not there yet
  const look = ({ from, to }: Path): Promise<Evidence> => arriving({ topology, from, to, bytes: rateOf(impairment) }, holds);
  return along(lookedAt({ topology, paths, bothWays: false }), look);
}

function rateOf(impairment: Impairment | undefined): number {
  return impairment?.kind === 'line' ? (impairment.bytesPerSecond ?? LEAST) : LEAST;
}
