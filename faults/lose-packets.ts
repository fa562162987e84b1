import { UsageError } from '../support/errors.ts';
import type { FaultSpec, Target } from './fault.ts';
import { along, between, lookedAt, networkFault, networkOptions, type NetworkOptions, type OtherEnd } from './network.ts';
import { losing } from './probes.ts';

/** Requests of a look; of 40 at a loss of 5 % each way four get no answer in time, and none in one look of 60. */
const REQUESTS = 40;

/** Loses a share of the packets between a target and another end, at random; 0.05 to 1. */
export function losePackets(target: Target, from: OtherEnd, options: NetworkOptions & { share: number }): FaultSpec {
  const { share, ...rest } = options;
  if (!(share >= 0.05 && share <= 1)) {
    throw new UsageError(`share: expected 0.05 to 1 of the packets, came ${share}: less cannot be proven in a few looks`);
  }
  return between('lose-packets', { target, from }, { ...rest, line: { loss: share } });
}

export const losePacketsFault = networkFault({
  name: 'lose-packets',
  needs: ['lines'],
  takes: ['share'],
  asked: ({ share, ...rest }) => losePackets(rest.target, rest.from, { ...networkOptions(rest), share: Number(share) }),
  impairment: ({ line }) => ({ kind: 'line', ...line }),
  effect: (topology, { paths }) =>
    along(lookedAt({ topology, paths, bothWays: true }), ({ from, to }) =>
      losing({ topology, from, to, requests: REQUESTS }, (lost) => lost > 0),
    ),
  gone: (topology, { paths }) =>
    along(lookedAt({ topology, paths, bothWays: true }), ({ from, to }) =>
      losing({ topology, from, to, requests: REQUESTS }, (lost) => lost === 0),
    ),
});
