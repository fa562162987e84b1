import type { Options } from 'k6/options';

/** A request without an answer is given up after this time, and its outcome is unknown; ms. */
export const REQUEST_TIMEOUT_MS = 2_000;

/** Offered load as data: operations a second by kind and role, held whatever the platform does. */
export interface LoadProfile {
  readonly perSecond: { readonly add: number; readonly readPrimary: number; readonly readReplica: number };
  /** load ends by itself after this time, should nobody stop it */
  readonly capMs: number;
  /** clients of one k6 process; each costs memory, and holds one connection */
  readonly maxClients: number;
}

/** Reads and writes at constant rates; half of the reads ask the primary, half a replica. */
export function steady(load: { writesPerSecond: number; readsPerSecond: number; replicaShare?: number; capMs?: number }): LoadProfile {
  const replicaShare = load.replicaShare ?? 0.5;
  const readReplica = load.readsPerSecond * replicaShare;
  const perSecond = { add: load.writesPerSecond, readPrimary: load.readsPerSecond - readReplica, readReplica };
  for (const [kind, rate] of Object.entries(perSecond)) {
    if (!(rate >= 0 && rate <= 10_000)) {
      throw new RangeError(`${kind}: expected 0 to 10000 operations a second, came ${rate}: choose another rate or share`);
    }
  }
  if (perSecond.add + load.readsPerSecond === 0) {
    throw new RangeError('load: expected at least one operation a second of a kind, came none: give a rate');
  }
  return { perSecond, capMs: load.capMs ?? 600_000, maxClients: 2_500 };
}

/** Planned operations a second by kind, as run.json has them. */
export function plannedRates(profile: LoadProfile): { add: number; read: number } {
  const { add, readPrimary, readReplica } = profile.perSecond;
  return { add, read: readPrimary + readReplica };
}

/**
 * Clients that a scenario needs so that nothing is dropped while every request runs into its timeout,
 * scaled down where all scenarios together would need more than `maxClients`.
 */
export function clientsFor(profile: LoadProfile, kind: keyof LoadProfile['perSecond']): number {
  const needed = (rate: number) => (rate === 0 ? 0 : Math.ceil((rate * REQUEST_TIMEOUT_MS * 1.1) / 1000) + 4);
  const all = Object.values(profile.perSecond).reduce((sum, rate) => sum + needed(rate), 0);
  const share = Math.min(1, profile.maxClients / all);
  return Math.max(1, Math.floor(needed(profile.perSecond[kind]) * share));
}

/** k6's options for a profile: one constant-arrival-rate scenario a kind, all clients made before the start. */
export function k6Options(profile: LoadProfile): Options {
  const kinds = Object.keys(profile.perSecond) as (keyof LoadProfile['perSecond'])[];
  const offered = kinds.filter((kind) => profile.perSecond[kind] > 0);
  return {
    scenarios: Object.fromEntries(offered.map((kind, place) => [kind, scenario(profile, kind, place / offered.length)])),
    maxRedirects: 0,
    systemTags: ['scenario'],
  };
}

function scenario(profile: LoadProfile, kind: keyof LoadProfile['perSecond'], phase: number) {
  const clients = clientsFor(profile, kind);
  return {
    executor: 'constant-arrival-rate',
    exec: kind,
    // k6 takes whole numbers only: counting by the thousand seconds allows half an operation a second.
    rate: Math.max(1, Math.round(profile.perSecond[kind] * 1000)),
    timeUnit: '1000s',
    duration: `${profile.capMs}ms`,
    gracefulStop: `${REQUEST_TIMEOUT_MS + 1000}ms`,
    preAllocatedVUs: clients,
    maxVUs: clients,
    // Scenarios of equal rates would tick at the same instant for ever, in bursts.
    startTime: `${Math.round((1_000_000 / profile.perSecond[kind]) * phase)}us`,
    tags: { kind: kind === 'add' ? 'add' : 'read' },
  } as const;
}
