import { HoldfastError, UsageError } from '../../support/errors.ts';
import { lastingDifferences } from '../compare.ts';
import { one, withSite } from '../database.ts';
import type { Plan, SitePlan } from '../plan.ts';
import { stateOf } from '../state.ts';
import { waitForTail } from '../tail.ts';
import { guardProblems } from './guards.ts';
import { askSource } from './link.ts';
import { foreignKeyProblems, publicationProblems, tablesOf, unfinishedTables } from './publications.ts';
import { refuse } from './refuse.ts';
import { followerProblems, otherFeeds, rightsProblems, serverFacts, sourceProblems, writerProblems } from './server.ts';

/** Refuses a failback that cannot be meant, or that cannot come to its end; whether the site follows and is equal already. Nothing is changed. */
export async function checkFailback(plan: Plan, site: SitePlan, other: SitePlan): Promise<{ follows: boolean }> {
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
      const [facts, factsThere] = [await serverFacts(here, plan), await serverFacts(there, plan)];
      refuse([...rightsProblems(site.name, facts, plan), ...rightsProblems(other.name, factsThere, plan)]);
      refuse([
        ...(await publicationProblems(plan, { name: other.name, client: there }, { name: site.name, client: here })),
        ...(await guardProblems(site.name, here, plan)),
        ...(await guardProblems(other.name, there, plan)),
        ...(await foreignKeyProblems(site.name, here, plan)),
        ...(await writerProblems(other.name, there, plan, factsThere)),
        ...(await sourceProblems(other.name, there, plan)),
        ...followerProblems(site.name, facts),
        ...(await otherFeeds(site.name, here, plan)),
      ]);
      const { subscription } = own;
      if (own.writable || subscription?.enabled !== true || !subscription.working) return { follows: false };
      if (subscription.slot !== plan.subscription || subscription.publications.join() !== plan.publication) return { follows: false };
      const source = await askSource(subscription.source);
      if (typeof source === 'object' && source.system !== writer.system) return { follows: false };
      if ((await unfinishedTables(here, plan, await tablesOf(there, plan))).length > 0) return { follows: false };
      const caughtUp = (lsn: string): Promise<unknown> => waitForTail(there, plan, lsn);
      try {
        await caughtUp((await one<{ lsn: string }>(there, 'SELECT pg_current_wal_flush_lsn()::text AS lsn')).lsn);
        return { follows: (await lastingDifferences(there, here, plan, caughtUp)).length === 0 };
      } catch (error) {
        // it cannot be said to follow: its slot is gone, or a table is of another kind
        if (error instanceof HoldfastError) return { follows: false };
        throw error;
      }
    }),
  );
}
