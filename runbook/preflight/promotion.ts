import type pg from 'pg';
import { HoldfastError, UsageError } from '../../support/errors.ts';
import { until } from '../../support/poll.ts';
import { lastingDifferences, inWords } from '../compare.ts';
import { before, preparedProblems, type Before } from '../fence.ts';
import type { Plan, SitePlan } from '../plan.ts';
import { hasSlot } from '../slots.ts';
import { stateOf, type SiteState } from '../state.ts';
import { applyHealth, waitForTail } from '../tail.ts';
import { guardProblems } from './guards.ts';
import { arrives, askSource } from './link.ts';
import { isNamed, notCarried } from './not-carried.ts';
import { foreignKeyProblems, publicationProblems, tablesOf, unfinishedTables } from './publications.ts';
import { refuse } from './refuse.ts';
import {
  followerProblems,
  otherFeeds,
  rightsProblems,
  serverFacts,
  slotInUse,
  sourceProblems,
  standbyProblems,
  writerProblems,
} from './server.ts';

/** A server waits 5 s (wal_retrieve_retry_interval) before it starts a worker that has ended again; ms. */
const AT_WORK_MS = 10_000;
/** Errors of applying beyond those that lost connections to a writer leave. */
const ERRORS_OF_LOST_LINKS = 2;

/** What a promotion is of, and what the person has accepted. */
export interface Asked {
  plan: Plan;
  site: SitePlan;
  other: SitePlan;
  /** go on though the old writer has, or may have, writes that do not arrive */
  acceptLoss: boolean;
  /** what is stored at the old writer alone and may stay there, by name */
  leaveBehind: ReadonlySet<string>;
}

/** Two sites that answer. */
export interface Sides {
  here: pg.Client;
  there: pg.Client;
  own: SiteState;
  old: SiteState;
}

/** What both sites were like before a promotion changed anything. */
export type Befores = Record<string, Before>;

/** Refuses a promotion from a writer that answers unless all that can be known beforehand says that it comes to its end. Nothing is changed. */
export async function checkSwitch(asked: Asked, { here, there, own, old }: Sides): Promise<Befores> {
  const { plan, site, other } = asked;
  refuseStates(asked, own, old);
  const [facts, factsThere] = [await serverFacts(here, plan), await serverFacts(there, plan)];
  refuse([...rightsProblems(site.name, facts, plan), ...rightsProblems(other.name, factsThere, plan)]);
  refuse(await publicationProblems(plan, { name: site.name, client: here }, { name: other.name, client: there }));
  refuse(await subscriptionProblems(asked, { here, there, own, old }));
  if (!asked.acceptLoss) await atWork(asked, here);
  refuse([
    ...(await dataProblems(asked, { here, there })),
    ...(await writerProblems(site.name, here, plan, facts)),
    ...(await sourceProblems(site.name, here, plan)),
    ...followerProblems(other.name, factsThere),
  ]);
  if (!asked.acceptLoss) await refuseDifferences(asked, { here, there });
  return { [site.name]: await before(here, plan), [other.name]: await before(there, plan) };
}

/** Refuses a promotion beside a writer that gives no answer unless the site has what it can have. Nothing is changed. */
export async function checkTakeover(asked: Asked, here: pg.Client, own: SiteState): Promise<Befores> {
  const { plan, site, other } = asked;
  refuseStates(asked, own);
  const facts = await serverFacts(here, plan);
  refuse(rightsProblems(site.name, facts, plan));
  refuse(await publicationProblems(plan, { name: site.name, client: here }));
  const unfinished = await unfinishedTables(here, plan, await tablesOf(here, plan));
  refuse([
    ...(unfinished.length === 0 ? [] : [whyUnfinished(asked, unfinished)]),
    ...(await guardProblems(site.name, here, plan)),
    ...(await standbyProblems(site.name, here, { ...plan, synchronous: false }, facts)),
  ]);
  const { applyErrors = 0 } = await applyHealth(here, plan);
  if (plan.synchronous && applyErrors > ERRORS_OF_LOST_LINKS && !asked.acceptLoss)
    throw new UsageError(
      `site ${site.name}: applying failed ${applyErrors} times since it follows, but the plan says that commits of site ${other.name} waited for it ("synchronous"): expected it to have every acknowledged write; see the log of its server; what it lacks is given up with --accept-loss`,
    );
  return { [site.name]: await before(here, plan) };
}

function refuseStates({ plan, site, other }: Asked, own: SiteState, old?: SiteState): void {
  if (old?.system === own.system)
    throw new UsageError(`sites ${site.name} and ${other.name}: expected two servers, both dsn lead to the same one`);
  if (own.writable && old?.writable === true)
    throw new HoldfastError(
      `both sites let the platform write (${site.name} under epoch ${own.epoch}, ${other.name} under ${old.epoch}): decide whose rows are to stay; "holdfast failback <the other one>" keeps what only that one has, and rebuilds it`,
    );
  if (own.writable) throw new UsageError(`site ${site.name} is the writing one already, under epoch ${own.epoch}: nothing to promote`);
  if (!own.publishes)
    throw new UsageError(
      `site ${site.name}: expected publication "${plan.publication}", from which the other site is to follow; there is none`,
    );
  if (own.subscription === undefined)
    throw new UsageError(
      `site ${site.name} does not follow: expected subscription "${plan.subscription}", found ${own.others.join(', ') || 'none'}; "holdfast failback ${site.name}" makes it an equal copy first`,
    );
  if (!own.subscription.enabled)
    throw new UsageError(
      `site ${site.name} does not follow: subscription "${plan.subscription}" is disabled; enable it (ALTER SUBSCRIPTION … ENABLE), or rebuild the site with "holdfast failback ${site.name}"`,
    );
  if (own.subscription.slot !== plan.subscription || own.subscription.publications.join() !== plan.publication)
    throw new UsageError(
      `site ${site.name}: expected subscription "${plan.subscription}" to be of publication "${plan.publication}" alone and by a slot of its own name; it is of ${own.subscription.publications.join(', ')}, by ${own.subscription.slot ?? 'none'}`,
    );
}

async function subscriptionProblems({ plan, site, other }: Asked, { here, there, own, old }: Sides): Promise<string[]> {
  const unfinished = await unfinishedTables(here, plan, await tablesOf(there, plan));
  if (unfinished.length > 0) return [whyUnfinished({ site, other }, unfinished)];
  const foreign = `site ${site.name}: expected its subscription "${plan.subscription}" to lead to site ${other.name}`;
  const source = await askSource(own.subscription?.source ?? '');
  if (typeof source === 'object' && source.system !== old.system) return [`${foreign}; it leads to another server: correct the plan`];
  if (!(await hasSlot(there, plan)))
    return [
      `site ${other.name}: expected slot "${plan.subscription}", from which site ${site.name} follows; there is none: what site ${site.name} lacks cannot be told; "holdfast failback ${site.name} --as-reader" makes it an equal copy first`,
    ];
  if (old.writable) return [];
  // neither writes: one that was fenced may be left, one that follows a third one has nothing to hand over
  if (old.subscription === undefined) return [];
  return [
    `site ${other.name} takes no writes and follows a site itself (subscription "${plan.subscription}"): expected one of the two sites to be the writing one; correct the plan`,
  ];
}

/* The subscription is of a server that answers; where it could not be asked from here its log tells. */
async function atWork({ plan, site, other }: Asked, here: pg.Client): Promise<void> {
  await until({
    subject: `site ${site.name}`,
    condition: `its subscription to site ${other.name} at work`,
    timeoutMs: AT_WORK_MS,
    hint: 'see the log of its server; nothing was touched',
    probe: async () => (await stateOf(here, site, plan)).subscription?.working,
  });
}

async function dataProblems(asked: Asked, { here, there }: Pick<Sides, 'here' | 'there'>): Promise<string[]> {
  const { plan, site, other, leaveBehind } = asked;
  const problems: string[] = [];
  if (!asked.acceptLoss && !(await arrives(there, here, plan)))
    problems.push(
      `site ${site.name}: expected what site ${other.name} writes to its log to arrive within ${plan.tailSeconds} s; it does not: its subscription leads elsewhere, or is too late`,
    );
  const both = [
    [site, here],
    [other, there],
  ] as const;
  for (const [of, client] of both) problems.push(...(await guardProblems(of.name, client, plan)));
  problems.push(...(await preparedProblems(other.name, there)));
  const left = (await notCarried(there, plan)).filter((name) => !isNamed(name, leaveBehind));
  if (left.length > 0)
    problems.push(
      `site ${other.name} stores ${left.join(', ')}, which replication does not bring to site ${site.name}: carry it over by other means, publish it at both sites, or leave it there with "--leave-behind ${left.map((name) => name.replaceAll('"', '')).join(' ')}"`,
    );
  problems.push(...(await slotInUse(site.name, here, plan)));
  for (const [of, client] of both) problems.push(...(await otherFeeds(of.name, client, plan)));
  return [...problems, ...(await foreignKeyProblems(other.name, there, plan))];
}

async function refuseDifferences({ plan, site, other }: Asked, { here, there }: Pick<Sides, 'here' | 'there'>): Promise<void> {
  const found = await lastingDifferences(there, here, plan, (lsn) => waitForTail(there, plan, lsn));
  if (found.length === 0) return;
  throw new UsageError(
    `site ${site.name} is no equal copy of site ${other.name}: ${found.map(inWords).join('; ')}; "holdfast failback ${site.name} --as-reader" makes it one, --accept-loss goes on without. Nothing was changed`,
  );
}

function whyUnfinished({ site, other }: Pick<Asked, 'site' | 'other'>, unfinished: readonly string[]): string {
  return `site ${site.name}: expected its subscription to have every published table of site ${other.name} whole: ${unfinished.join(', ')}; wait for the copy, or ALTER SUBSCRIPTION … REFRESH PUBLICATION, or rebuild the site with "holdfast failback ${site.name} --as-reader"`;
}
