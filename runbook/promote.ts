import { execa } from 'execa';
import { HoldfastError, UsageError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { ifReachable, withSite } from './database.ts';
import { highestEpoch } from './epochs.ts';
import { fence, open, reopen } from './fence.ts';
import type { Plan, SitePlan } from './plan.ts';
import { applyReceived, keepFromNow, release, TailMissing, unsubscribe, waitForTail, type Tail } from './replication.ts';
import { advanceSequences } from './sequences.ts';
import { stateOf } from './state.ts';
import { GivesUp, type Facts, type Step } from './steps.ts';

/** A load balancer's command answers within this, or it has failed; ms. */
const BALANCER_MS = 30_000;
/** A server waits 5 s (wal_retrieve_retry_interval) before it starts a worker that has ended again; ms. */
const AT_WORK_MS = 10_000;

/** What the last step notes of an old writer that answers. */
export const REFUSES = 'refuses writes';

export interface Promotion {
  plan: Plan;
  site: SitePlan;
  other: SitePlan;
  /** go on though the fenced writer has writes that do not arrive */
  acceptLoss: boolean;
  /** whether the old writer gave an answer when this was checked, a moment ago: one that did not is not waited for twice */
  hasAnswered?: boolean;
}

/** Refuses a promotion that cannot be meant, before anything is touched; whether the old writer answers. */
export async function checkPromotion({ plan, site, other }: Promotion): Promise<boolean> {
  const [own, old] = [
    await withSite(site, (client) => stateOf(client, site, plan)),
    await ifReachable(other, (client) => stateOf(client, other, plan)),
  ];
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
      `site ${site.name} does not follow: subscription "${plan.subscription}" is disabled; enable it, or rebuild the site with "holdfast failback ${site.name}"`,
    );
  if (old !== undefined) await atWork({ plan, site, other });
  return old !== undefined;
}

/* A subscription whose worker has ended is started anew by its server, as often as it ends. */
async function atWork({ plan, site, other }: Omit<Promotion, 'acceptLoss'>): Promise<void> {
  await withSite(site, (client) =>
    until({
      subject: `site ${site.name}`,
      condition: `its subscription to site ${other.name} at work`,
      timeoutMs: AT_WORK_MS,
      hint: 'see the log of its server; nothing was touched',
      probe: async () => (await stateOf(client, site, plan)).subscription?.working,
    }),
  );
}

/** The steps that make a site the writing one. */
export function promotionSteps({ plan, site, other, acceptLoss, hasAnswered = true }: Promotion): Step[] {
  return [
    {
      name: 'fence',
      what: `site ${other.name} refuses writes`,
      carryOut: async () => {
        if (!hasAnswered) return { reached: false };
        const fenced = await ifReachable(other, async (client) => ({
          ...(await fence(client, other, plan)),
          epoch: await highestEpoch(client, plan),
        }));
        return fenced === undefined ? { reached: false } : { reached: true, ...fenced };
      },
    },
    {
      name: 'tail',
      what: `what site ${other.name} had acknowledged is at site ${site.name}`,
      carryOut: async ({ fence: fenced }) => {
        const tail = await tailOf({ plan, site, other }, fenced ?? {});
        if (fenced?.reached === true && !tail.complete && !acceptLoss)
          throw new TailMissing(
            `site ${site.name} lacks ${tail.missingBytes} bytes of the log of site ${other.name}, which did not arrive within ${plan.tailSeconds} s: site ${other.name} goes on as before; mend the link or the subscription and run this again, or give them up with --accept-loss`,
          );
        return { ...tail };
      },
    },
    {
      name: 'detach',
      what: `site ${site.name} takes nothing over any more`,
      carryOut: async () => {
        await withSite(site, (client) => unsubscribe(client, plan));
        return {};
      },
    },
    {
      name: 'sequences',
      what: `sequences of site ${site.name} are beyond the rows that are there`,
      carryOut: async () => ({ moved: await withSite(site, (client) => advanceSequences(client, plan.sequenceGap)) }),
    },
    {
      name: 'balancer',
      what: `the load balancer sends all traffic to site ${site.name}`,
      // before this site takes writes: one that could not be fenced may come back at any time, and would serve beside it
      carryOut: async () => {
        await switchBalancer(plan, site.name);
        return {};
      },
    },
    {
      name: 'open',
      what: `site ${site.name} takes writes, under a new epoch`,
      carryOut: async ({ fence: fenced, tail }) => {
        const old = typeof fenced?.epoch === 'number' ? fenced.epoch : 0;
        return withSite(site, async (client) => {
          const state = await stateOf(client, site, plan);
          // an earlier try of this step may have come to its end unseen
          if (state.writable) return { epoch: state.epoch, kept: tail?.complete === true };
          if (fenced?.reached === true) await stillFenced({ plan, site, other });
          const epoch = Math.max(old, await highestEpoch(client, plan)) + 1;
          await (tail?.complete === true ? keepFromNow(client, plan) : release(client, plan));
          await open(client, plan, { epoch, ...(typeof tail?.position === 'string' ? { takenOver: tail.position } : {}) });
          return { epoch, kept: tail?.complete === true };
        });
      },
    },
    {
      name: 'one-writer',
      what: `site ${site.name} alone takes writes`,
      carryOut: async () => {
        // it may have come back since it could not be fenced
        const fenced = await ifReachable(other, async (client) => {
          const done = await fence(client, other, plan);
          // it sends nothing any more; nobody waited for that before there was a writer again
          await release(client, plan);
          return done;
        });
        const own = await withSite(site, (client) => stateOf(client, site, plan));
        if (!own.writable) throw new HoldfastError(`expected site ${site.name} to take writes under epoch ${own.epoch}: it refuses them`);
        return { [other.name]: fenced === undefined ? 'gives no answer' : REFUSES };
      },
    },
  ];
}

/* Between two tries of a promotion somebody may have opened the old writer again: what it took meanwhile would be lost. */
async function stillFenced({ plan, site, other }: Omit<Promotion, 'acceptLoss'>): Promise<void> {
  const state = await ifReachable(other, (client) => stateOf(client, other, plan));
  if (state?.writable !== true) return;
  // its commits would wait for a follower that has been detached
  await withSite(other, (client) => release(client, plan));
  await switchBalancer(plan, other.name);
  throw new GivesUp(
    `site ${other.name} takes writes again, under epoch ${state.epoch}, since this promotion fenced it: expected it to refuse them; what it took is not at site ${site.name}. Nothing was opened: "holdfast failback ${site.name}" makes that an equal copy first`,
  );
}

/** Takes back what a promotion did that gave up for its tail: the old writer goes on. */
export async function giveUp({ plan, other }: Promotion): Promise<void> {
  await withSite(other, (client) => reopen(client, plan));
}

/** Whether the new writer has kept, from when both were equal, all that the other one will need. */
export function keptSinceEqual({ open: opened }: Facts): boolean {
  return opened?.kept === true;
}

/** Has the load balancer send the traffic to a site; a HoldfastError with what its command printed when that fails. */
export async function switchBalancer({ balancer }: Pick<Plan, 'balancer'>, site: string): Promise<void> {
  if (typeof balancer === 'function') {
    await balancer(site);
    return;
  }
  const [file = '', ...args] = balancer.map((part) => part.replaceAll('{site}', site));
  const result = await execa(file, args, { reject: false, all: true, stdin: 'ignore', timeout: BALANCER_MS });
  if (result.exitCode === 0) return;
  const how = result.timedOut
    ? `did not end within ${BALANCER_MS} ms`
    : result.exitCode === undefined
      ? result.shortMessage
      : `ended with ${result.exitCode}`;
  throw new HoldfastError(
    `the load balancer's command (${[file, ...args].join(' ')}) ${how}: expected 0; ${(result.all ?? '').slice(-500) || 'it printed nothing'}`,
  );
}

async function tailOf({ plan, site, other }: Omit<Promotion, 'acceptLoss'>, { reached, lsn }: Record<string, unknown>): Promise<Tail> {
  if (reached === true) return withSite(other, (client) => waitForTail(client, plan, String(lsn)));
  return withSite(site, (client) => applyReceived(client, site, plan));
}
