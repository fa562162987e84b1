import { HoldfastError, UsageError } from '../support/errors.ts';
import { takeLock } from '../support/lock.ts';
import { holding, withSite } from './database.ts';
import { append, readEntries, unfinished, type Run } from './journal.ts';
import { siteAndOther, type Plan, type SitePlan } from './plan.ts';
import { checkPromotion, giveUp, keptSinceEqual, promotionSteps, REFUSES, type Promotion } from './promote.ts';
import { lastingDifferences, rebuildSteps } from './rebuild.ts';
import { TailMissing } from './replication.ts';
import { stateOf } from './state.ts';
import { carryOut, factsOf, GivesUp, type Facts, type Watcher } from './steps.ts';

/** The step that closes a run. */
const LAST = 'done';

/** Where both sites are at the end of a runbook. */
export interface Ending {
  writer: string;
  epoch: number;
  /** the other site follows, and is equal; false: it gives no answer and has to be rebuilt once it does */
  follows: boolean;
  facts: Facts;
}

/** Makes a site the writing one, and the other, if it answers, its follower. A run that was interrupted is taken up where it ended. */
export async function promote(
  plan: Plan,
  name: string,
  { acceptLoss = false, watcher }: { acceptLoss?: boolean; watcher: Watcher },
): Promise<Ending> {
  const { site, other } = siteAndOther(plan, name);
  using _alone = takeLock(`${plan.journal}.lock`, `promote ${name}`);
  // an old writer may be gone, and is not waited for
  return await holding([site], async () => {
    const promotion: Promotion = { plan, site, other, acceptLoss };
    const run = await begun(plan, {
      runbook: 'promote',
      site: name,
      check: async () => {
        promotion.hasAnswered = await checkPromotion(promotion);
        return {};
      },
    });
    await carryOutPromotion(promotion, run, watcher);
    return settle(plan, { site, other, run, watcher });
  });
}

/** Makes a site that was away an equal copy, keeping what only it had, and then the writing site again; `asReader`: without the last. */
export async function failback(
  plan: Plan,
  name: string,
  { asReader = false, watcher }: { asReader?: boolean; watcher: Watcher },
): Promise<Ending> {
  const { site, other } = siteAndOther(plan, name);
  using _alone = takeLock(`${plan.journal}.lock`, `failback ${name}`);
  return await holding([site, other], async () => {
    const run = await begun(plan, { runbook: 'failback', site: name, check: () => checkFailback(plan, site, other) });
    const way = ({ begin }: Facts): 'follows' | 'copy' => (begin?.follows === true ? 'follows' : 'copy');
    const rebuild = rebuildSteps({ plan, writer: other, follower: site, way, run: run.run, prefix: 'return-' });
    await carryOut(rebuild, { journal: plan.journal, run, watcher });
    if (asReader) return finish(plan, { writer: other, run, follows: true });
    await carryOutPromotion({ plan, site, other, acceptLoss: false }, run, watcher);
    return settle(plan, { site, other, run, watcher });
  });
}

async function carryOutPromotion(promotion: Promotion, run: Run, watcher: Watcher): Promise<void> {
  const { plan } = promotion;
  try {
    await carryOut(promotionSteps(promotion), { journal: plan.journal, run, watcher });
  } catch (error) {
    if (error instanceof TailMissing) await giveUp(promotion);
    if (error instanceof GivesUp) append(plan.journal, run, { step: LAST, facts: { gaveUp: error.message } });
    throw error;
  }
}

/* The other site follows the new writer, now if it answers, otherwise by a failback when it is back. */
async function settle(
  plan: Plan,
  { site, other, run, watcher }: { site: SitePlan; other: SitePlan; run: Run; watcher: Watcher },
): Promise<Ending> {
  const answers = factsOf(plan.journal, run)['one-writer']?.[other.name] === REFUSES;
  if (answers) {
    const way = (facts: Facts): 'slot' | 'copy' => (keptSinceEqual(facts) ? 'slot' : 'copy');
    const rebuild = rebuildSteps({ plan, writer: site, follower: other, way, run: run.run, prefix: 'reverse-' });
    await carryOut(rebuild, { journal: plan.journal, run, watcher });
  }
  return finish(plan, { writer: site, run, follows: answers });
}

async function finish(plan: Plan, { writer, run, follows }: { writer: SitePlan; run: Run; follows: boolean }): Promise<Ending> {
  const { epoch } = await withSite(writer, (client) => stateOf(client, writer, plan));
  append(plan.journal, run, { step: LAST, facts: { epoch, follows } });
  return { writer: writer.name, epoch, follows, facts: factsOf(plan.journal, run) };
}

/** A run that was interrupted, or a new one once it has been checked. */
async function begun(
  plan: Plan,
  { runbook, site, check }: { runbook: Run['runbook']; site: string; check: () => Promise<Record<string, unknown>> },
): Promise<Run> {
  const [first] = unfinished(readEntries(plan.journal), LAST);
  if (first !== undefined && (first.runbook !== runbook || first.site !== site))
    throw new UsageError(
      `"${first.runbook} ${first.site}" was begun at ${first.at} and did not come to its end: expected it to be run again first; its journal is ${plan.journal}`,
    );
  if (first !== undefined) return first;
  const facts = await check();
  const run = {
    run: new Date()
      .toISOString()
      .replaceAll(/[^0-9]/g, '')
      .slice(0, 17),
    runbook,
    site,
  };
  append(plan.journal, run, { step: 'begin', facts });
  return run;
}

/** Refuses a failback that cannot be meant; whether the site follows and is equal already. */
async function checkFailback(plan: Plan, site: SitePlan, other: SitePlan): Promise<{ follows: boolean }> {
  return withSite(other, (there) =>
    withSite(site, async (here) => {
      const [own, writer] = [await stateOf(here, site, plan), await stateOf(there, other, plan)];
      if (own.system === writer.system)
        throw new UsageError(`sites ${site.name} and ${other.name}: expected two servers, both dsn lead to the same one`);
      if (!writer.writable && own.writable)
        throw new UsageError(`site ${site.name} is the writing one already, under epoch ${own.epoch}: nothing to fail back`);
      if (!writer.writable)
        throw new HoldfastError(`neither site takes writes: expected site ${other.name} to; "holdfast promote" makes one the writing site`);
      if (own.writable && own.epoch > writer.epoch)
        throw new UsageError(
          `site ${site.name} takes writes under the later epoch (${own.epoch}, ${other.name} ${writer.epoch}): expected "failback ${other.name}", whose rows are the older ones`,
        );
      if (!writer.publishes) throw new UsageError(`site ${other.name}: expected publication "${plan.publication}", there is none`);
      const isFollowing = !own.writable && own.subscription?.enabled === true && own.subscription.working;
      return { follows: isFollowing && (await lastingDifferences(there, here, plan)).length === 0 };
    }),
  );
}
