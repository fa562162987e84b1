import { UsageError } from '../support/errors.ts';
import { parseDuration } from '../support/durations.ts';
import type { Path } from '../topology/model.ts';
import type { FaultSpec, Pinned, Target } from './fault.ts';
import { along, between, lookedAt, networkFault, networkOptions, type NetworkOptions, type OtherEnd } from './network.ts';
import { connecting } from './probes.ts';

/** Shorter ones cannot be told from a busy machine. */
const SHORTEST_MS = 10;
const LONGEST_MS = 10_000;

/** Delays every packet between a target and another end by `by` ("50ms") and up to `jitter` more, at random, in order. */
export function delay(target: Target, from: OtherEnd, options: NetworkOptions & { by: string; jitter?: string }): FaultSpec {
  const { by, jitter, ...rest } = options;
  const delayMs = parseDuration(by, { what: 'by', maxMs: LONGEST_MS });
  if (delayMs < SHORTEST_MS) throw new UsageError(`by "${by}": expected at least ${SHORTEST_MS} ms, which can be told from a busy machine`);
  const jitterMs = jitter === undefined ? 0 : parseDuration(jitter, { what: 'jitter', maxMs: LONGEST_MS });
  return between('delay', { target, from }, { ...rest, line: { delayMs, jitterMs } });
}

export const delayFault = networkFault({
  name: 'delay',
  needs: ['lines'],
  takes: ['by', 'jitter'],
  asked: ({ by, jitter, ...rest }) => {
    if (by === undefined) throw new UsageError('delay: expected "by", such as "50ms"; came none');
    return delay(rest.target, rest.from, { ...networkOptions(rest), by, ...(jitter === undefined ? {} : { jitter }) });
  },
  impairment: ({ line }) => ({ kind: 'line', ...line }),
  effect: (topology, pinned) =>
    along(lookedAt({ topology, paths: pinned.paths, bothWays: true }), ({ from, to }) => {
      const least = roundTrip(pinned, { from, to });
      return connecting({ topology, from, to, within: LONGEST_MS * 3 }, (ms) => ms >= least, `at least ${least} ms`);
    }),
  gone: (topology, pinned) =>
    along(lookedAt({ topology, paths: pinned.paths, bothWays: true }), ({ from, to }) => {
      const less = roundTrip(pinned, { from, to });
      return connecting({ topology, from, to, within: less }, (ms) => ms < less, `less than ${less} ms`);
    }),
});

/** What the line adds to a question and its answer at least; ms. */
function roundTrip({ paths, impairment }: Pinned, { from, to }: Path): number {
  const ways = paths.filter((path) => (path.from === from && path.to === to) || (path.from === to && path.to === from)).length;
  return ways * (impairment?.kind === 'line' ? (impairment.delayMs ?? 0) : 0);
}
