import type pg from 'pg';
import { HoldfastError } from '../support/errors.ts';
import { inWords, lastingDifferences, publishedTables, type Difference } from './compare.ts';
import { one, withSite } from './database.ts';
import { fence } from './fence.ts';
import { isTakenOver, keepOwn, type Proof, type Rebuilt } from './own-rows.ts';
import type { Plan, SitePlan } from './plan.ts';
import { foreignKeyProblems } from './preflight/publications.ts';
import { dropSlot, holdsAll, reserveSlot } from './slots.ts';
import { waitForNobody, waitFromNow } from './standby.ts';
import type { Facts, Step } from './steps.ts';
import { hasSubscription, subscribe, subscribesTo, tablesFollow, unsubscribe } from './subscription.ts';
import { TailMissing, waitForTail } from './tail.ts';

/** How a site comes to follow: from a slot that was made when both were equal, with a copy of everything, or as it does already. */
export type Way = 'slot' | 'copy' | 'follows';

/** A follower does not come to where its writer was. */
class DoesNotCatchUp extends HoldfastError {}

export interface Rebuild extends Rebuilt {
  way: (facts: Facts) => Way;
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
        const how = way(facts);
        const { rows, files } = how === 'copy' ? await keepOwn(rebuild, 'nothing') : { rows: 0, files: [] };
        // what it brings later is in its log beside its own
        const taken = how === 'slot' ? { takenOver: await isTakenOver(rebuild) } : {};
        // it sends nothing any more, and keeps nothing for a follower of its own
        await withSite(follower, (client) => dropSlot(client, plan));
        return { rows, files, ...taken };
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
        const found = await compared(rebuild).catch((error: unknown) => {
          if (error instanceof DoesNotCatchUp || error instanceof TailMissing) return error;
          throw error;
        });
        if (Array.isArray(found) && found.length === 0) return {};
        // it was changed by itself, an update of a row that it lacked was skipped in silence, or it cannot go on: it is copied, once more if it was
        const { rows, files } = await keepOwn(rebuild, provenBy(facts, prefix));
        await follow(rebuild, { copy: true });
        const left = await compared(rebuild);
        if (left.length > 0) throw unequal(follower, left);
        return { differed: Array.isArray(found) ? found.map(inWords) : [found.message], kept: rows, files };
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

/* Beside what it was copied from, and beside what its log told before it followed, a site that is fenced has nothing of its own. */
function provenBy(facts: Facts, prefix: string): Proof {
  if (facts[`${prefix}subscribe`]?.how === 'copy') return 'its copy';
  return facts[`${prefix}keep`]?.takenOver === true ? 'its log' : 'nothing';
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
  const problems = await foreignKeyProblems(name, here, plan);
  if (problems.length > 0) throw new HoldfastError(`${problems.join('; ')}; then run this again`);
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

/** What still differs once the follower has caught up with the position that the writer has now; empty: they are equal, but for what is under way. */
async function compared({ plan, writer, follower }: Pick<Rebuilt, 'plan' | 'writer' | 'follower'>): Promise<Difference[]> {
  return withSite(writer, (there) =>
    withSite(follower, async (here) => {
      if (!(await hasSubscription(here, plan)))
        throw new DoesNotCatchUp(`site ${follower.name}: expected subscription "${plan.subscription}", there is none`);
      await tablesFollow(here, follower, plan);
      const caughtUp = async (lsn: string): Promise<void> => {
        if (!(await holdsAll(there, plan)))
          throw new DoesNotCatchUp(
            `slot "${plan.subscription}": expected it at site ${writer.name} with all that site ${follower.name} lacks; it is gone, or holds that no more`,
          );
        const { complete, missingBytes } = await waitForTail(there, { ...plan, tailSeconds: plan.rebuildSeconds }, lsn);
        if (!complete)
          throw new DoesNotCatchUp(
            `site ${follower.name} lacks ${missingBytes} bytes of the log of site ${writer.name} after ${plan.rebuildSeconds} s: expected it to catch up; see the log of its server, mend what it tells, and run this again`,
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
