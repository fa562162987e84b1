import type { Acknowledged, By, Site } from './ledger.fixture.ts';

/** A command that made a site the writing one, or tried to. */
export interface Switching {
  target: Site;
  begunAt: number;
  endedAt: number;
}

/** A time in which a site was cut off from whoever ran the command: it cannot be fenced then, and is not held to anything. */
export interface Lost {
  site: Site;
  from: number;
  to: number;
}

/** Version by row, as `table=key`. */
export type Found = ReadonlyMap<string, number>;

/** Acknowledged rows that are nowhere: neither at a site nor among what was kept. */
export function missing(acknowledged: readonly Acknowledged[], found: readonly Found[]): Acknowledged[] {
  return acknowledged.filter(({ table, key, version }) => !found.some((place) => (place.get(`${table}=${key}`) ?? -1) >= version));
}

/**
 * Acknowledged writes at a site that were sent after another site had acknowledged, though no command to this site was at work since: two sites that
 * acknowledge. Clients that keep to a site that is lost write on there; those who go through the load balancer do not.
 */
export function beside(
  acknowledged: readonly Acknowledged[],
  { switching, lost, first }: { switching: readonly Switching[]; lost: readonly Lost[]; first: Site },
): { earlier: Acknowledged; later: Acknowledged }[] {
  const begin: Switching = { target: first, begunAt: -Infinity, endedAt: -Infinity };
  const held = acknowledged.filter((ack) => ack.by === 'balanced' || !isLost(ack, lost));
  const byEnd = held.toSorted((one, other) => one.ackedAt - other.ackedAt);
  return held.flatMap((later) => {
    const earlier = byEnd.findLast(({ site, by, ackedAt }) => site !== later.site && ackedAt < later.sentAt && comparable(by, later, lost));
    if (earlier === undefined) return [];
    const allowed = [begin, ...switching].some(
      ({ target, begunAt, endedAt }) => target === later.site && begunAt < later.sentAt && endedAt > earlier.sentAt,
    );
    return allowed ? [] : [{ earlier, later }];
  });
}

/* The load balancer's client is compared with itself alone while a site is lost: it does not know what others were told there. */
function comparable(by: By, later: Acknowledged, lost: readonly Lost[]): boolean {
  return lost.length === 0 || (by === 'balanced') === (later.by === 'balanced');
}

function isLost({ site, ackedAt }: Acknowledged, lost: readonly Lost[]): boolean {
  return lost.some((time) => time.site === site && ackedAt >= time.from && ackedAt <= time.to);
}
