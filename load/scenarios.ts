import type { Options } from 'k6/options';
import { OFFERS, REQUEST_TIMEOUT_MS, type LoadProfile, type Offer } from './profiles.ts';

/** How long a busy generator may take to use a client again; at 2,000 operations a second on 2 cores, most of them unanswered, calls began up to 1.7 s late. */
const REUSE_MS = 1_500;

/**
 * Clients that a scenario needs so that nothing is dropped while every request runs into its timeout,
 * scaled down where all scenarios together would need more than `maxClients`.
 */
export function clientsFor(profile: LoadProfile, offer: Offer): number {
  const all = offered(profile).reduce((sum, each) => sum + needed(profile, each), 0);
  const share = Math.min(1, profile.maxClients / all);
  return Math.max(1, Math.floor(needed(profile, offer) * share));
}

function needed({ perSecond, retries }: LoadProfile, offer: Offer): number {
  const repeats = offer === 'add' ? retries.most : 0;
  const busyMs = (1 + repeats) * REQUEST_TIMEOUT_MS + repeats * retries.pauseMs + REUSE_MS;
  return Math.ceil((perSecond[offer] * busyMs) / 1000) + 4;
}

function offered({ perSecond }: LoadProfile): Offer[] {
  return (Object.keys(OFFERS) as Offer[]).filter((offer) => perSecond[offer] > 0);
}

/** k6's options for a profile: one constant-arrival-rate scenario for each offer, all clients made before the start. */
export function k6Options(profile: LoadProfile): Options {
  const offers = offered(profile);
  return {
    scenarios: Object.fromEntries(offers.map((offer, place) => [offer, scenario(profile, offer, place / offers.length)])),
    maxRedirects: 0,
    systemTags: ['scenario'],
  };
}

function scenario(profile: LoadProfile, offer: Offer, phase: number) {
  const clients = clientsFor(profile, offer);
  return {
    executor: 'constant-arrival-rate',
    exec: offer,
    // k6 takes whole numbers only: counting by the thousand seconds allows half an operation a second.
    rate: Math.max(1, Math.round(profile.perSecond[offer] * 1000)),
    timeUnit: '1000s',
    duration: `${profile.capMs}ms`,
    gracefulStop: `${REQUEST_TIMEOUT_MS + 1000}ms`,
    preAllocatedVUs: clients,
    maxVUs: clients,
    // Scenarios of equal rates would tick at the same instant for ever, in bursts.
    startTime: `${Math.round((1_000_000 / profile.perSecond[offer]) * phase)}us`,
    tags: { kind: OFFERS[offer] },
  } as const;
}
