import { HoldfastError, messageOf } from '../support/errors.ts';
import { switchBalancer } from './balancer.ts';
import { publishedTables } from './compare.ts';
import { ifReachable, withSite } from './database.ts';
import { highestEpoch } from './epochs.ts';
import { fence, open, restore } from './fence.ts';
import type { Asked, Befores } from './preflight/promotion.ts';
import { sequencePositions, advanceSequences } from './sequences.ts';
import { beginSlotHere, dropSlot, hasSlot, reserveSlot } from './slots.ts';
import { waitForNobody } from './standby.ts';
import { stateOf } from './state.ts';
import { GivesUp, type Facts, type Step } from './steps.ts';
import { disableSubscription, enableSubscription, unsubscribe } from './subscription.ts';
import { applyReceived, TailMissing, waitForTail, type Tail } from './tail.ts';

/** What the last step notes of an old writer that answers. */
export const REFUSES = 'refuses writes';

/** A promotion that was checked. */
export interface Promotion extends Asked {
  /** the old writer gave no answer when this was checked, or a person says that it is lost: it is not waited for */
  isLost: boolean;
}

/** The steps that make a site the writing one. */
export function promotionSteps(promotion: Promotion): Step[] {
  const { plan, site, other, acceptLoss, isLost } = promotion;
  const asked = { patient: true, untoldIsLost: isLost };
  return [
    {
      name: 'reserve',
      what: `site ${site.name} will keep what site ${other.name} has to follow from`,
      // a slot waits for every open transaction of its server: while the old writer still writes
      carryOut: async () => {
        if (!isLost) await withSite(site, (client) => reserveSlot(client, site, plan));
        return { reserved: !isLost };
      },
    },
    {
      name: 'fence',
      what: `site ${other.name} refuses writes`,
      carryOut: async () => {
        if (isLost) return { reached: false };
        const fenced = await ifReachable(
          other,
          async (client) => ({ ...(await fence(client, other, plan)), epoch: await highestEpoch(client) }),
          asked,
        );
        return fenced === undefined ? { reached: false } : { reached: true, ...fenced };
      },
    },
    {
      name: 'tail',
      what: `what site ${other.name} had acknowledged is at site ${site.name}`,
      carryOut: async ({ fence: fenced }) => {
        const tail = await tailOf(promotion, fenced ?? {});
        if (fenced?.reached === true && !tail.complete && !acceptLoss)
          throw new TailMissing(
            tail.missingBytes === undefined
              ? `site ${other.name} gave no answer after it was fenced: what site ${site.name} lacks of it cannot be told; run this again once it answers, or give up what is missing with --accept-loss`
              : `site ${site.name} lacks ${tail.missingBytes} bytes of the log of site ${other.name}, which did not arrive within ${plan.tailSeconds} s: mend the link or the subscription and run this again, or give them up with --accept-loss`,
          );
        return { ...tail };
      },
    },
    {
      name: 'detach',
      what: `site ${site.name} takes nothing over any more`,
      // it is dropped once this site writes: until then the old writer may have to go on
      carryOut: async () => {
        await withSite(site, (client) => disableSubscription(client, plan));
        return {};
      },
    },
    {
      name: 'sequences',
      what: `sequences of site ${site.name} are beyond the rows that are there`,
      carryOut: async ({ fence: fenced }) => {
        const positions =
          fenced?.reached === true ? await ifReachable(other, (client) => sequencePositions(client, plan), asked) : undefined;
        return { ...(await withSite(site, (client) => advanceSequences(client, plan, positions))) };
      },
    },
    // before this site takes writes: one that could not be fenced may come back at any time, and would serve beside it
    balancerStep(promotion),
    {
      name: 'open',
      what: `site ${site.name} takes writes, under a new epoch`,
      carryOut: async ({ fence: fenced, tail }) => {
        const old = typeof fenced?.epoch === 'number' ? fenced.epoch : 0;
        return withSite(site, async (client) => {
          const state = await stateOf(client, site, plan);
          const isWhole = tail?.complete === true;
          // an earlier try of this step may have come to its end unseen
          if (state.writable) return { epoch: state.epoch, kept: isWhole && (await hasSlot(client, plan)) };
          if (!isLost) await stillFenced(promotion);
          const epoch = Math.max(old, await highestEpoch(client)) + 1;
          await waitForNobody(client, plan);
          const isKept = isWhole && (await hasSlot(client, plan));
          if (isKept) await beginSlotHere(client, plan);
          else await dropSlot(client, plan);
          await open(client, plan, { epoch, ...(typeof tail?.position === 'string' ? { takenOver: tail.position } : {}) });
          // what the position above speaks of
          const tables = (await publishedTables(client, plan)).map(({ sql }) => sql);
          return { epoch, kept: isKept, tables };
        });
      },
    },
    {
      name: 'one-writer',
      what: `site ${site.name} alone takes writes`,
      carryOut: async () => {
        // it may have come back since it could not be fenced
        const fenced = await ifReachable(
          other,
          async (client) => {
            const done = await fence(client, other, plan);
            await waitForNobody(client, plan);
            return done;
          },
          { untoldIsLost: isLost },
        );
        const own = await withSite(site, async (client) => {
          await unsubscribe(client, plan);
          return stateOf(client, site, plan);
        });
        if (!own.writable) throw new HoldfastError(`expected site ${site.name} to take writes under epoch ${own.epoch}: it refuses them`);
        return { [other.name]: fenced === undefined ? 'gives no answer' : REFUSES };
      },
    },
  ];
}

/** The steps that open a site again that was the writing one and was fenced, while the other one never wrote since. */
export function takeBackSteps(promotion: Promotion): Step[] {
  const { plan, site, other, isLost } = promotion;
  return [
    balancerStep(promotion),
    {
      name: 'open',
      what: `site ${site.name} takes writes again, under a new epoch`,
      carryOut: async () => {
        const epoch = await withSite(site, async (client) => {
          const state = await stateOf(client, site, plan);
          if (state.writable) return state.epoch;
          // one that is lost may have opened, unseen, under the next one
          const next = (await highestEpoch(client)) + (isLost ? 2 : 1);
          if (isLost) await waitForNobody(client, plan);
          await open(client, plan, { epoch: next });
          return next;
        });
        const follows = await ifReachable(other, (client) => enableSubscription(client, plan), { untoldIsLost: isLost });
        // its commits would wait for somebody who does not follow
        if (follows !== true) await withSite(site, (client) => waitForNobody(client, plan));
        return { epoch, [other.name]: follows === undefined ? 'gives no answer' : follows ? 'follows' : 'does not follow' };
      },
    },
  ];
}

function balancerStep({ plan, site }: Promotion): Step {
  return {
    name: 'balancer',
    what: `the load balancer sends all traffic to site ${site.name}`,
    carryOut: async () => {
      await switchBalancer(plan, site.name);
      return {};
    },
  };
}

/* Between two tries of a promotion somebody may have opened the old writer again: what it took meanwhile would be lost. */
async function stillFenced({ plan, site, other }: Promotion): Promise<void> {
  const state = await ifReachable(other, (client) => stateOf(client, other, plan));
  if (state?.writable !== true) return;
  throw new GivesUp(
    `site ${other.name} takes writes again, under epoch ${state.epoch}, since this promotion fenced it or got no answer of it: expected it to refuse them; what it took may not be at site ${site.name}. Nothing was opened`,
  );
}

/**
 * Takes back what a promotion did that failed before its site was opened: the old writer goes on, and all is as it was; what of that failed is in
 * the words that it returns. Undefined where it cannot be: the site may have opened, or the old writer gives no answer.
 */
export async function goBack({ plan, site, other, isLost }: Promotion, facts: Facts): Promise<string | undefined> {
  if (isLost || facts.open !== undefined) return undefined;
  const was = (facts.check ?? facts.begin)?.before as Befores | undefined;
  const [ownBefore, oldBefore] = [was?.[site.name], was?.[other.name]];
  // one that fell silent may have been fenced before it did
  if (ownBefore === undefined || (facts.fence?.reached !== false && oldBefore === undefined)) return undefined;
  const isOpen = await withSite(site, async (client) => (await stateOf(client, site, plan)).writable);
  if (isOpen) return undefined;
  // before its first commit: that may wait for the follower
  const isRestored = await ifReachable(other, async (client) => {
    await withSite(site, (here) => enableSubscription(here, plan));
    if (oldBefore !== undefined) await restore(client, plan, oldBefore);
    return true;
  });
  if (isRestored !== true) return undefined;
  await withSite(site, async (client) => {
    await dropSlot(client, plan);
    await restore(client, plan, ownBefore);
  });
  // the balancer's step begins once the one before it has ended
  if (facts.sequences === undefined) return `Site ${other.name} goes on as before`;
  try {
    await switchBalancer(plan, other.name);
    return `Site ${other.name} goes on as before`;
  } catch (error) {
    return `Site ${other.name} goes on as before, but the traffic may still go to site ${site.name}, which refuses it: send it to site ${other.name}; ${messageOf(error)}`;
  }
}

/** Whether the new writer has kept, from when both were equal, all that the other one will need. */
export function keptSinceEqual({ open: opened }: Facts): boolean {
  return opened?.kept === true;
}

async function tailOf({ plan, site, other }: Promotion, { reached, lsn }: Record<string, unknown>): Promise<Tail> {
  if (reached !== true) return withSite(site, (client) => applyReceived(client, site, plan));
  // one that is lost now, after it was fenced, has acknowledged nothing since
  const tail = await ifReachable(other, (client) => waitForTail(client, plan, String(lsn)), { patient: true });
  return tail ?? withSite(site, (client) => applyReceived(client, site, plan));
}
