import type { PlannedOffer } from '../record/format.ts';

/** A request without an answer is given up after this time, and its outcome is unknown; ms. */
export const REQUEST_TIMEOUT_MS = 2_000;

/** How long a call of a profile may take, its repeats included; ms. Only adds are repeated, but a record has one deadline. */
export function deadlineOf({ retries: { most, pauseMs } }: Pick<LoadProfile, 'retries'>): number {
  return (1 + most) * REQUEST_TIMEOUT_MS + most * pauseMs;
}

/** What a profile may offer: the kind of operation that the record calls it, and the role of the database that it asks for; writes ask for none. */
export const OFFERS = {
  add: { kind: 'add' },
  readPrimary: { kind: 'read', role: 'primary' },
  readReplica: { kind: 'read', role: 'replica' },
  put: { kind: 'put' },
  getPrimary: { kind: 'get', role: 'primary' },
  getReplica: { kind: 'get', role: 'replica' },
  listPrimary: { kind: 'list', role: 'primary' },
  listReplica: { kind: 'list', role: 'replica' },
} as const;
export type Offer = keyof typeof OFFERS;

/** How often an add of unknown outcome is sent again with the same id, and the pause before each time; ms. */
export interface Retries {
  readonly most: number;
  readonly pauseMs: number;
}

/** Offered load as data: operations a second by kind and role, on average and at random, whatever the platform does. */
export interface LoadProfile {
  readonly perSecond: Readonly<Record<Offer, number>>;
  /** share of the reads and gets of a replica that demand the position of the write they look for */
  readonly tokenShare: number;
  readonly retries: Retries;
  /** load ends by itself after this time, should nobody stop it */
  readonly capMs: number;
  /** clients of one k6 process; each costs memory, and holds one connection */
  readonly maxClients: number;
}

/** Mean rates of a steady load; what is left out is not offered. */
export interface SteadyLoad {
  writesPerSecond: number;
  readsPerSecond: number;
  /** new versions of projects, each key with a single writer */
  putsPerSecond?: number;
  /** reads of projects */
  getsPerSecond?: number;
  /** pages of elements in the order of their commits */
  listsPerSecond?: number;
  /** share of reads, gets and lists that ask a replica; half of them */
  replicaShare?: number;
  tokenShare?: number;
  retries?: Retries;
  capMs?: number;
}

/** Reads and writes that come at random, so many a second on average; half of the reads ask the primary, half a replica. */
export function steady(load: SteadyLoad): LoadProfile {
  const { replicaShare = 0.5, tokenShare = 0, retries = { most: 0, pauseMs: 0 } } = load;
  const shared = (rate = 0) => ({ primary: rate - rate * replicaShare, replica: rate * replicaShare });
  const [reads, gets, lists] = [shared(load.readsPerSecond), shared(load.getsPerSecond), shared(load.listsPerSecond)];
  const perSecond = {
    add: load.writesPerSecond,
    readPrimary: reads.primary,
    readReplica: reads.replica,
    put: load.putsPerSecond ?? 0,
    getPrimary: gets.primary,
    getReplica: gets.replica,
    listPrimary: lists.primary,
    listReplica: lists.replica,
  };
  for (const [offer, rate] of Object.entries(perSecond)) {
    if (!(rate >= 0 && rate <= 10_000)) {
      throw new RangeError(`${offer}: expected 0 to 10000 operations a second, came ${rate}: choose another rate or share`);
    }
  }
  if (Object.values(perSecond).every((rate) => rate === 0)) {
    throw new RangeError('load: expected at least one operation a second of a kind, came none: give a rate');
  }
  if (!(tokenShare >= 0 && tokenShare <= 1)) {
    throw new RangeError(`tokenShare: expected 0 to 1, came ${tokenShare}: it is a share of the replica's reads and gets`);
  }
  checkRetries(retries);
  return { perSecond, tokenShare, retries, capMs: load.capMs ?? 600_000, maxClients: 2_500 };
}

function checkRetries({ most, pauseMs }: Retries): void {
  if (!(Number.isInteger(most) && most >= 0 && most <= 10)) {
    throw new RangeError(`retries.most: expected a whole number from 0 to 10, came ${most}: each holds its client for a whole timeout`);
  }
  if (!(Number.isInteger(pauseMs) && pauseMs >= 0 && pauseMs <= 10_000)) {
    throw new RangeError(`retries.pauseMs: expected whole milliseconds from 0 to 10000, came ${pauseMs}: choose another pause`);
  }
}

/** What a profile offers, as run.json has it: each kind of operation and the role that it asks for, with its planned rate. */
export function plannedOffers({ perSecond }: LoadProfile): PlannedOffer[] {
  return offered({ perSecond }).map((offer) => ({ ...OFFERS[offer], perSecond: perSecond[offer] }));
}

/** What a profile offers at all. */
export function offered({ perSecond }: Pick<LoadProfile, 'perSecond'>): Offer[] {
  return (Object.keys(OFFERS) as Offer[]).filter((offer) => perSecond[offer] > 0);
}

/** Planned operations a second by kind, as run.json has them; repeats of an add are not planned, they belong to their first attempt. */
export function plannedRates(profile: LoadProfile): { add: number; read: number } & Record<string, number> {
  const rates: { add: number; read: number } & Record<string, number> = { add: 0, read: 0 };
  for (const { kind, perSecond } of plannedOffers(profile)) rates[kind] = (rates[kind] ?? 0) + perSecond;
  return rates;
}
