import type pg from 'pg';
import { HoldfastError, messageOf, UsageError } from '../support/errors.ts';
import { takeLock } from '../support/lock.ts';
import { holding, ifReachable, withSite } from './database.ts';
import { leadAlike } from './dsn.ts';
import { lastWriter } from './epochs.ts';
import { append, readEntries, unfinished, type Run } from './journal.ts';
import { siteAndOther, type Plan, type SitePlan } from './plan.ts';
import { checkFailback } from './preflight/failback.ts';
import { askSource, HEARD_MS, hearsOf, lastHeard, reconnects } from './preflight/link.ts';
import { checkSwitch, checkTakeover, type Befores } from './preflight/promotion.ts';
import { goBack, keptSinceEqual, promotionSteps, REFUSES, takeBackSteps, type Promotion } from './promote.ts';
import { NeedsConsent, type Discard } from './own-rows.ts';
import { rebuildSteps } from './rebuild.ts';
import { stateOf, VERSIONS, type SiteState } from './state.ts';
import { carryOut, factsOf, GivesUp, StepFailed, type Facts, type Watcher } from './steps.ts';

/** The step that closes a run. */
const LAST = 'done';

/** Where both sites are at the end of a runbook. */
export interface Ending {
  writer: string;
  epoch: number;
  /** the other site follows, and is equal; false: it gives no answer and has to be rebuilt once it does, or `why` */
  follows: boolean;
  /** why the other site does not follow though it answers, and what to do */
  why?: string;
  facts: Facts;
}

/** What a person has accepted, in so many words. */
export interface Consent {
  /** go on though the old writer has, or may have, writes that do not arrive */
  acceptLoss?: boolean;
  /** the name of the other site: it is lost, where that cannot be told from here */
  otherIsLost?: string;
  /** what replication does not carry and may stay where it is, by name */
  leaveBehind?: readonly string[];
  /** tables whose rows that only the site has which is rebuilt may go from it, by name; they are kept in files */
  discard?: Discard;
}

/** Makes a site the writing one, and the other, if it answers, its follower. A run that was interrupted is taken up where it ended. */
export async function promote(plan: Plan, name: string, { watcher, ...consent }: Consent & { watcher: Watcher }): Promise<Ending> {
  const { site, other } = siteAndOther(plan, name);
  const { otherIsLost, acceptLoss = false, leaveBehind = [], discard = acceptLoss ? 'every' : new Set<string>() } = consent;
  if (otherIsLost !== undefined && otherIsLost !== other.name)
    throw new UsageError(`"--other-is-lost": expected the name of the other site, "${other.name}", typed as it is; nothing was changed`);
  const untoldIsLost = otherIsLost !== undefined;
  using _alone = takeLock(`${plan.journal}.lock`, `promote ${name}`);
  return await holding({ sites: [site] }, async (_none, beside) => {
    // while the other one is asked, what comes from it is listened for
    const heard = { at: await withSite(site, (here) => lastHeard(here, plan)), since: performance.now() };
    return holding({ ifThere: [other], untoldIsLost, beside }, async (silent) => {
      const isLost = silent.has(other.name);
      if (untoldIsLost && !isLost)
        throw new UsageError(`site ${other.name} answers: it is not lost; leave "--other-is-lost" out. Nothing was changed`);
      const promotion: Promotion = { plan, site, other, acceptLoss, leaveBehind: new Set(leaveBehind), isLost };
      const run = await begun(plan, {
        runbook: 'promote',
        site: name,
        abandoned: otherIsLost,
        check: () => checkPromotion(promotion, { heard, isSaidLost: untoldIsLost }),
      });
      if (factsOf(plan.journal, run).begin?.takesBack === true) {
        await carryOut(takeBackSteps(promotion), { journal: plan.journal, run, watcher }).catch(itsCause);
        const { open } = factsOf(plan.journal, run);
        return finish(plan, { writer: site, run, follows: open?.[other.name] === 'follows' });
      }
      await carryOutPromotion(promotion, run, watcher);
      return settle(plan, { site, other, run, watcher, discard });
    });
  });
}

/** Makes a site that was away an equal copy, keeping what only it had, and then the writing site again; `asReader`: without the last. */
export async function failback(
  plan: Plan,
  name: string,
  { asReader = false, watcher, leaveBehind = [], discard = new Set<string>() }: Consent & { asReader?: boolean; watcher: Watcher },
): Promise<Ending> {
  const { site, other } = siteAndOther(plan, name);
  using _alone = takeLock(`${plan.journal}.lock`, `failback ${name}`);
  return await holding({ sites: [site, other] }, async () => {
    const run = await begun(plan, { runbook: 'failback', site: name, check: () => checkFailback(plan, site, other) });
    const way = ({ begin }: Facts): 'follows' | 'copy' => (begin?.follows === true ? 'follows' : 'copy');
    const rebuild = rebuildSteps({ plan, writer: other, follower: site, way, discard, run: run.run, prefix: 'return-' });
    await carryOut(rebuild, { journal: plan.journal, run, watcher }).catch((error: unknown) => {
      // whoever is asked may decide otherwise than to go on
      const cause = causeOf(error);
      if (cause instanceof NeedsConsent) append(plan.journal, run, { step: LAST, facts: { gaveUp: cause.message } });
      throw cause;
    });
    if (asReader) return finish(plan, { writer: other, run, follows: true });
    const promotion: Promotion = { plan, site, other, acceptLoss: false, leaveBehind: new Set(leaveBehind), isLost: false };
    if (factsOf(plan.journal, run).fence === undefined) {
      const { before } = await checkPromotion(promotion);
      append(plan.journal, run, { step: 'check', facts: { before } });
    }
    await carryOutPromotion(promotion, run, watcher);
    return settle(plan, { site, other, run, watcher, discard });
  });
}

/** When a follower had last heard of its writer, and when that was looked at. */
interface Heard {
  at: string | undefined;
  since: number;
}

/** Refuses a promotion that cannot be meant, or that cannot come to its end, before anything is changed. What a run has to know later. */
async function checkPromotion(
  promotion: Promotion,
  { heard, isSaidLost = false }: { heard?: Heard; isSaidLost?: boolean } = {},
): Promise<{ before: Befores; takesBack?: boolean; untried?: string }> {
  const { plan, site, other, isLost } = promotion;
  return withSite(site, async (here) => {
    const own = await stateOf(here, site, plan);
    const untried = own.version > VERSIONS.most ? { untried: `PostgreSQL ${own.version}` } : {};
    const old = isLost ? undefined : await ifReachable(other, (there) => stateOf(there, other, plan));
    if (await canBeTakenBack(promotion, here, { own, old, isSaidLost })) return { before: {}, takesBack: true, ...untried };
    if (old !== undefined)
      return { before: await withSite(other, (there) => checkSwitch(promotion, { here, there, own, old })), ...untried };
    if (!isSaidLost) await refuseIfAlive(promotion, here, own, heard);
    return { before: await checkTakeover(promotion, here, own), ...untried };
  });
}

/* A writer that was fenced and is closed, while nobody wrote after it as far as either site knows: it may go on. */
async function canBeTakenBack(
  { other }: Promotion,
  here: pg.Client,
  { own, old, isSaidLost }: { own: SiteState; old: SiteState | undefined; isSaidLost: boolean },
): Promise<boolean> {
  if (own.writable || own.subscription !== undefined || (await lastWriter(here)) !== own.system) return false;
  if (old === undefined) return isSaidLost;
  return !old.writable && (await withSite(other, lastWriter)) === own.system;
}

/* A dsn that leads nowhere is no writer that is lost: its follower may hear of it. */
async function refuseIfAlive({ plan, site, other }: Promotion, here: pg.Client, own: SiteState, heard: Heard | undefined): Promise<void> {
  if (own.subscription === undefined) return;
  const { source } = own.subscription;
  const answer = leadAlike(source, other.dsn) ? 'silent' : await askSource(source);
  const answers = answer === 'answers' || typeof answer === 'object';
  const hears = heard !== undefined && (await hearsOf(here, plan, heard.at, heard.since + HEARD_MS));
  const isHeard = hears || (answer === 'cannot be asked' && (await reconnects(here, plan)));
  if (!answers && !isHeard) return;
  throw new UsageError(
    `site ${other.name} gives no answer by its dsn, but ${answers ? `what site ${site.name} follows answers` : `site ${site.name} hears of it`}: it lives; correct its dsn in the plan. If it is lost all the same, say so with "--other-is-lost ${other.name}". Nothing was changed`,
  );
}

async function carryOutPromotion(promotion: Promotion, run: Run, watcher: Watcher): Promise<void> {
  const { plan, other } = promotion;
  try {
    await carryOut(promotionSteps(promotion), { journal: plan.journal, run, watcher });
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    const { cause } = error;
    let back: string | undefined;
    try {
      back = await goBack(promotion, factsOf(plan.journal, run));
    } catch (failed) {
      throw new HoldfastError(
        `${messageOf(cause)}. Then site ${other.name} was to go on as before, which failed too: ${messageOf(failed)}. Run the same command again`,
      );
    }
    if (back !== undefined || cause instanceof GivesUp) append(plan.journal, run, { step: LAST, facts: { gaveUp: messageOf(cause) } });
    if (back === undefined) throw cause;
    const exitCode = cause instanceof HoldfastError ? cause.exitCode : undefined;
    throw new HoldfastError(`${messageOf(cause)}. ${back}`, exitCode === undefined ? {} : { exitCode });
  }
}

/* The other site follows the new writer, now if it answers, otherwise by a failback when it is back. */
async function settle(
  plan: Plan,
  { site, other, run, watcher, discard }: { site: SitePlan; other: SitePlan; run: Run; watcher: Watcher; discard: Discard },
): Promise<Ending> {
  const answers = factsOf(plan.journal, run)['one-writer']?.[other.name] === REFUSES;
  if (!answers) return finish(plan, { writer: site, run, follows: false });
  const way = (facts: Facts): 'slot' | 'copy' => (keptSinceEqual(facts) ? 'slot' : 'copy');
  const rebuild = rebuildSteps({ plan, writer: site, follower: other, way, discard, run: run.run, prefix: 'reverse-' });
  try {
    await carryOut(rebuild, { journal: plan.journal, run, watcher });
  } catch (error) {
    const cause = causeOf(error);
    if (cause instanceof NeedsConsent) return finish(plan, { writer: site, run, follows: false, why: cause.message });
    throw cause;
  }
  return finish(plan, { writer: site, run, follows: true });
}

async function finish(
  plan: Plan,
  { writer, run, follows, why }: { writer: SitePlan; run: Run; follows: boolean; why?: string },
): Promise<Ending> {
  const { epoch } = await withSite(writer, (client) => stateOf(client, writer, plan));
  append(plan.journal, run, { step: LAST, facts: { epoch, follows } });
  return { writer: writer.name, epoch, follows, ...(why === undefined ? {} : { why }), facts: factsOf(plan.journal, run) };
}

function causeOf(error: unknown): unknown {
  return error instanceof StepFailed ? error.cause : error;
}

function itsCause(error: unknown): never {
  throw causeOf(error);
}

/** A run that was interrupted, or a new one once it has been checked. `abandoned`: a run to that site is given up, for it is lost. */
async function begun(
  plan: Plan,
  {
    runbook,
    site,
    check,
    abandoned,
  }: { runbook: Run['runbook']; site: string; check: () => Promise<Record<string, unknown>>; abandoned?: string | undefined },
): Promise<Run> {
  const [first] = unfinished(readEntries(plan.journal), LAST);
  const isOther = first !== undefined && (first.runbook !== runbook || first.site !== site);
  if (isOther && first.site !== abandoned)
    throw new UsageError(
      `"${first.runbook} ${first.site}" was begun at ${first.at} and did not come to its end: expected it to be run again first; its journal is ${plan.journal}. If site ${first.site} is lost, "promote ${site} --other-is-lost ${first.site}" gives that run up`,
    );
  if (first !== undefined && !isOther) return first;
  const facts = await check();
  if (first !== undefined) append(plan.journal, first, { step: LAST, facts: { gaveUp: `site ${first.site} is lost` } });
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
