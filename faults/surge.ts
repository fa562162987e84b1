import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { k6Command } from '../load/k6.ts';
import { OFFERS, steady, type LoadProfile, type Offer } from '../load/profiles.ts';
import { monotonicNs } from '../support/clock.ts';
import { UsageError } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { describeTarget, resolveTarget } from './targets.ts';

const loadBalancer: Target = { kind: 'role', role: 'balancer' };
/** Requests are counted over this time. */
const COUNTED_MS = 500;
const MOST_PER_SECOND = 10_000;

/** Operations a second that a surge adds. */
export interface Rates {
  writes: number;
  reads: number;
}

/** More clients at the load balancer, with a load of their own that is not judged: as many requests as make a multiple of a profile. */
export function surge(profile: LoadProfile, { times }: { times: number }): FaultSpec {
  if (!(times > 1)) throw new UsageError(`surge: expected "times" above 1, came ${times}: it is a multiple of the load`);
  const add = (which: (kind: string) => boolean): number =>
    (Object.keys(OFFERS) as Offer[]).reduce(
      (sum, offer) => sum + (which(OFFERS[offer].kind) ? profile.perSecond[offer] * (times - 1) : 0),
      0,
    );
  const isWrite = (kind: string): boolean => kind === 'add' || kind === 'put';
  return surgeOf(loadBalancer, { writes: add(isWrite), reads: add((kind) => !isWrite(kind)) });
}

function surgeOf(target: Target, rates: Rates): FaultSpec {
  const total = rates.writes + rates.reads;
  if (!(rates.writes >= 0 && rates.reads >= 0 && total > 0 && total <= MOST_PER_SECOND)) {
    throw new UsageError(
      `surge: expected 1 to ${MOST_PER_SECOND} operations a second, came ${rates.writes} writes and ${rates.reads} reads: choose other rates`,
    );
  }
  return { fault: 'surge', target, rates };
}

export const surgeFault: Fault = {
  name: 'surge',
  kind: 'held',
  sparesDaemons: true,
  takes: ['writes', 'reads'],
  asked: ({ target, writes, reads }) => surgeOf(target, { writes: rateFrom('writes', writes), reads: rateFrom('reads', reads) }),
  pin: async (topology, spec) => {
    const [host, ...others] = await resolveTarget(topology, spec.target);
    if (host?.role !== 'load-balancer' || others.length > 0)
      throw new UsageError(`surge: expected the load balancer ("balancer") as its target, came ${describeTarget(spec.target)}`);
    return { hosts: [host.name], paths: [], rates: spec.rates ?? { writes: 0, reads: 0 }, requestsPerSecond: await requestRate(topology) };
  },
  steady: quiet,
  inject: start,
  heal: (topology) => topology.client.end('surge'),
  effect: async (topology, pinned) => {
    const { least, now, before } = await rates(topology, pinned);
    return { seen: now >= least, what: `the load balancer had ${before} requests a second, has ${now} now, expected at least ${least}` };
  },
  gone: quiet,
  lasts: async (topology) => {
    const { seen, what } = await quiet(topology);
    return { seen: !seen, what };
  },
};

/** The surge's clients, with a deadline of their own: they end with the lease though nobody is left to end them. */
async function start(topology: Topology, pinned: Pinned, ttlMs: number): Promise<void> {
  const { folder, programs } = topology.client;
  for (const left of ['surge.js', 'surge.jsonl']) rmSync(join(folder.outside, left), { force: true });
  // the healer, which never bundles, must not wait for the bundler
  const { bundleLoad } = await import('../load/bundle.ts');
  await bundleLoad(join(folder.outside, 'surge.js'));
  const { writes, reads } = pinned.rates ?? { writes: 0, reads: 0 };
  const { file, args, env } = k6Command({
    k6Path: programs.k6 as string,
    scriptFile: `${folder.inside}/surge.js`,
    profile: steady({ writesPerSecond: writes, readsPerSecond: reads, capMs: ttlMs }),
    url: topology.balancer.url,
    run: `surge${randomBytes(4).readUInt32BE().toString(36)}`,
    historyFile: `${folder.inside}/surge.jsonl`,
    zeroNs: monotonicNs(),
    seed: randomBytes(4).readUInt32BE(),
  });
  topology.client.start('surge', 'timeout', ['-s', 'KILL', `${ttlMs / 1000}`, file, ...args], env);
}

/** Whether no surge is under way: what the balancer has then is the load of others. */
async function quiet(topology: Topology): Promise<Evidence> {
  const running = await topology.client.isRunning('surge');
  return { seen: !running, what: running ? 'the clients of a surge run' : 'no clients of a surge run' };
}

/** Requests a second at the load balancer: before, now, and the least that shows most of the surge. */
async function rates(topology: Topology, pinned: Pinned): Promise<{ before: number; now: number; least: number }> {
  const { requestsPerSecond: before = 0, rates: { writes, reads } = { writes: 0, reads: 0 } } = pinned;
  return { before: Math.round(before), now: Math.round(await requestRate(topology)), least: Math.round(before + 0.7 * (writes + reads)) };
}

async function requestRate({ balancer }: Topology): Promise<number> {
  const fromNs = monotonicNs();
  const from = await balancer.requests();
  await sleep(COUNTED_MS);
  const to = await balancer.requests();
  return ((to - from) * 1e9) / Number(monotonicNs() - fromNs);
}

function rateFrom(name: string, text: string | undefined): number {
  const rate = Number(text ?? '0');
  if (!Number.isFinite(rate) || rate < 0) throw new UsageError(`${name} "${text}": expected operations a second, such as "400"`);
  return rate;
}
