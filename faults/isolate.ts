import type { FaultSpec, Target } from './fault.ts';
import { between, lookedAt, networkFault, networkOptions, type NetworkOptions, type OtherEnd } from './network.ts';
import { answering, silent } from './probes.ts';

/** Drops every packet between a target and the database service, its standbys, everything, or another target. */
export function isolate(target: Target, from: OtherEnd, options: NetworkOptions = {}): FaultSpec {
  return between('isolate', { target, from }, options);
}

export const isolateFault = networkFault({
  name: 'isolate',
  asked: (by) => isolate(by.target, by.from, networkOptions(by)),
  impairment: () => ({ kind: 'drop' }),
  effect: (topology, { paths }) => silent(topology, lookedAt({ topology, paths, bothWays: true })),
  gone: (topology, { paths }) => answering(topology, lookedAt({ topology, paths, bothWays: true })),
});
