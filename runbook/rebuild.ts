import type pg from 'pg';
import { join } from 'node:path';
import { HoldfastError } from '../support/errors.ts';
import { inWords, keepOwnRows, lastingDifferences, publishedTables, type Difference, type Kept } from './compare.ts';
import { one, withSite } from './database.ts';
import { takenOverFrom } from './epochs.ts';
import { fence } from './fence.ts';
import { readEntries } from './journal.ts';
import { transactionsAfter } from './own-tail.ts';
import type { Plan, SitePlan } from './plan.ts';
import { foreignKeysFromOutside } from './preflight/publications.ts';
import { isNamed } from './preflight/not-carried.ts';
import { dropSlot, reserveSlot } from './slots.ts';
import { waitForNobody, waitFromNow } from './standby.ts';
import { stateOf } from './state.ts';
import type { Facts, Step } from './steps.ts';
import { subscribe, subscribesTo, tablesFollow, unsubscribe } from './subscription.ts';
import { waitForTail } from './tail.ts';

/** How a site comes to follow: from a slot that was made when both were equal, with a copy of everything, or as it does already. */
export type Way = 'slot' | 'copy' | 'follows';

/** Rows that only a site has which is to be rebuilt, and which the person has accepted to take from it: all, or those of tables by name. */
export type Discard = 'every' | ReadonlySet<string>;

/** A site has rows that the writer lacks: nothing is emptied until the person has said that they may go. */
export class NeedsConsent extends HoldfastError {}

export interface Rebuild {
  plan: Plan;
  writer: SitePlan;
  follower: SitePlan;
  way: (facts: Facts) => Way;
  discard: Discard;
  /** of this run of the runbook, for the folder of rows that are kept */
  run: string;
  /** names of steps begin so: a run may rebuild both sites */
  prefix: string;
}

/** Makes a site follow the writer, whatever it held before, and proves that they are equal. */
export function rebuildSteps(rebuild: Rebuild): Step[] {
  const { plan, writer, follower, way, prefix } = rebuild;
  const steps: Step[] = [
    {
      name: 'fence',
      what: `site ${follower.name} refuses writes`,
      carryOut: () =>
        withSite(follower, async (client) => {
          const fenced = await fence(client, follower, plan);
          await waitForNobody(client, plan);
          return fenced;
        }),
    },
    {
      name: 'keep',
      what: `rows that only site ${follower.name} has are kept`,
      carryOut: async (facts) => {
        const kept = way(facts) === 'copy' ? await keepOwn(rebuild) : { rows: 0, files: [] };
        // it sends nothing any more, and keeps nothing for a follower of its own
        await withSite(follower, (client) => dropSlot(client, plan));
        return { rows: kept.rows, files: kept.files };
      },
    },
    {
      name: 'subscribe',
      what: `site ${follower.name} follows site ${writer.name}`,
      carryOut: async (facts) => {
        const how = way(facts);
        if (how !== 'follows') await follow(rebuild, { copy: how === 'copy' });
        await withSite(follower, (here) => tablesFollow(here, follower, plan));
        return { how };
      },
    },
    {
      name: 'equal',
      what: 'both sites have the same rows',
      carryOut: async (facts) => {
        const found = await compared(rebuild);
        if (found.length === 0) return {};
        // it followed, and was not equal: changed by itself, or an update of a row that it lacked was skipped in silence
        if (way(facts) === 'copy') throw unequal(follower, found);
        const { rows, files } = await keepOwn(rebuild);
        await follow(rebuild, { copy: true });
        await withSite(follower, (here) => tablesFollow(here, follower, plan));
        const left = await compared(rebuild);
        if (left.length > 0) throw unequal(follower, left);
        return { differed: found.map(inWords), kept: rows, files };
      },
    },
    {
      name: 'wait-for-follower',
      what: plan.synchronous ? `commits wait for site ${follower.name}` : 'commits wait for no other site',
      carryOut: async () => {
        await withSite(writer, (client) => (plan.synchronous ? waitFromNow(client, plan) : waitForNobody(client, plan)));
        return { synchronous: plan.synchronous };
      },
    },
  ];
  return steps.map((step) => ({ ...step, name: `${prefix}${step.name}` }));
}

async function follow({ plan, writer, follower }: Rebuild, { copy }: { copy: boolean }): Promise<void> {
  await withSite(writer, (there) =>
    withSite(follower, async (here) => {
      // from its slot a second subscription would be sent again what the first has not confirmed yet
      if (!copy && (await subscribesTo(here, writer, plan))) return;
      if (copy) await refuseForeignKeys(here, follower, plan);
      await unsubscribe(here, plan, there);
      if (copy) {
        // commits that wait for a follower would wait until it has copied everything
        await waitForNobody(there, plan);
        await reserveSlot(there, writer, plan);
        await empty(here, there, plan);
      }
      await subscribe({ follower: here, writer: there, site: writer }, { plan, copy });
    }),
  );
}

async function refuseForeignKeys(here: pg.Client, { name }: SitePlan, plan: Plan): Promise<void> {
  const keys = await foreignKeysFromOutside(here, plan);
  if (keys.length === 0) return;
  throw new HoldfastError(
    `site ${name}: expected no foreign key of a table that is not published to one that is, got ${keys.join('; ')}: the published tables cannot be emptied; drop the key, or publish the table at both sites, and run this again`,
  );
}

/* The guard of the platform does not hold a rebuild up. */
async function empty(follower: pg.Client, writer: pg.Client, plan: Plan): Promise<void> {
  const tables = await publishedTables(writer, plan);
  await follower.query('BEGIN');
  try {
    await follower.query('SET LOCAL session_replication_role = replica');
    await follower.query(`TRUNCATE ${tables.map(({ sql }) => sql).join(', ')}`);
    await follower.query('COMMIT');
  } catch (error) {
    await follower.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Writes rows that only the follower has to files of this run. A NeedsConsent unless its log proves that the writer has had every change of it, or
 * the person has said that those rows may go.
 */
async function keepOwn({ plan, writer, follower, discard, run }: Rebuild): Promise<Kept> {
  const folder = join(plan.kept, `${run}-${follower.name}`);
  return withSite(writer, (there) =>
    withSite(follower, async (here) => {
      // what it would still take over is no evidence
      await unsubscribe(here, plan, there);
      const kept = await keepOwnRows(here, there, { plan, folder });
      const asked = discard === 'every' ? [] : kept.tables.filter((table) => !isNamed(table, discard));
      if (asked.length === 0) return kept;
      const late = wereCarried(asked, { plan, writer }) ? await lostTransactions(here, there, { plan, follower }) : undefined;
      if (late === 0) return kept;
      const what =
        late === undefined ? 'whether the writer ever had them cannot be told' : `${late} transactions of it never arrived there`;
      throw new NeedsConsent(
        `site ${follower.name} has ${kept.rows} rows that site ${writer.name} does not have (${asked.join(', ')}); ${what}. They are kept in ${kept.files.join(', ')}; nothing was emptied, and site ${writer.name} writes. Once you know what they are, "holdfast failback ${follower.name} --as-reader --discard ${asked.map((table) => table.replaceAll('"', '')).join(' ')}" takes them from its tables`,
      );
    }),
  );
}

/* The log proves nothing of a table that did not follow when the writer took over. */
function wereCarried(tables: readonly string[], { plan, writer }: Pick<Rebuild, 'plan' | 'writer'>): boolean {
  const opened = readEntries(plan.journal).findLast(({ step, site }) => step === 'open' && site === writer.name);
  const carried = opened?.facts.tables;
  return Array.isArray(carried) && tables.every((table) => carried.includes(table));
}

async function lostTransactions(
  here: pg.Client,
  there: pg.Client,
  { plan, follower }: Pick<Rebuild, 'plan' | 'follower'>,
): Promise<number | undefined> {
  const position = await takenOverFrom(there, await stateOf(here, follower, plan));
  return position === undefined ? undefined : transactionsAfter(here, position, plan);
}

/** What still differs once the follower has caught up with the position that the writer has now; empty: they are equal, but for what is under way. */
async function compared({ plan, writer, follower }: Pick<Rebuild, 'plan' | 'writer' | 'follower'>): Promise<Difference[]> {
  return withSite(writer, (there) =>
    withSite(follower, async (here) => {
      const caughtUp = async (lsn: string): Promise<void> => {
        const { complete, missingBytes } = await waitForTail(there, { ...plan, tailSeconds: plan.rebuildSeconds }, lsn);
        if (!complete)
          throw new HoldfastError(
            `site ${follower.name} lacks ${missingBytes} bytes of the log of site ${writer.name} after ${plan.rebuildSeconds} s: expected it to catch up; see the log of its server`,
          );
      };
      const { lsn } = await one<{ lsn: string }>(there, 'SELECT pg_current_wal_flush_lsn()::text AS lsn');
      await caughtUp(lsn);
      return lastingDifferences(there, here, plan, caughtUp);
    }),
  );
}

function unequal({ name }: SitePlan, found: readonly Difference[]): HoldfastError {
  return new HoldfastError(
    `site ${name}: expected the same rows as the writing site, got ${found.map(inWords).join('; ')}: somebody else writes there; run this again once nobody does`,
  );
}
