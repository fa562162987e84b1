import type { Options } from 'k6/options';
import { OFFERS, REQUEST_TIMEOUT_MS, offered, type LoadProfile, type Offer } from './profiles.ts';

/** How long a busy generator may take to use a client again; at 2,000 operations a second on 2 cores, most of them unanswered, calls began up to 1.7 s late. */
const REUSE_MS = 1_500;

/** Clients that a profile needs so that nothing is dropped while every request runs into its timeout, but no more than `maxClients`. */
export function clientsFor(profile: LoadProfile): number {
  const busy = offered(profile).reduce((sum, offer) => sum + profile.perSecond[offer] * (busyMs(profile, offer) / 1000), 0);
  // as many as are under way on average, and five times their spread: calls come at random
  return Math.min(profile.maxClients, Math.ceil(busy + 5 * Math.sqrt(busy)) + 4);
}

function busyMs({ retries }: LoadProfile, offer: Offer): number {
  const repeats = offer === 'add' ? retries.most : 0;
  return (1 + repeats) * REQUEST_TIMEOUT_MS + repeats * retries.pauseMs + REUSE_MS;
}

/** k6's options for a profile: one scenario of our own executor, in which each call draws what it is; all clients are made before the start. */
export function k6Options(profile: LoadProfile, seed: number): Options {
  const load = {
    executor: 'random-arrivals',
    exec: 'call',
    durationMs: Math.ceil(profile.capMs),
    gracefulStop: `${REQUEST_TIMEOUT_MS + 1000}ms`,
    clients: clientsFor(profile),
    seed,
    offers: offered(profile).map((offer) => ({
      ...OFFERS[offer],
      perSecond: profile.perSecond[offer],
      ...(offer === 'readReplica' || offer === 'getReplica' ? { tokenShare: profile.tokenShare } : {}),
    })),
  };
  // k6's types know its own executors alone
  return { scenarios: { load: load as never }, maxRedirects: 0, systemTags: ['scenario'] };
}
