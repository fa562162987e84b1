import type pg from 'pg';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../support/errors.ts';
import { differences, keepOwnRows, lasting, publishedTables, rowsIn, type Difference } from './compare.ts';
import { one, withSite } from './database.ts';
import { fence } from './fence.ts';
import type { Plan, SitePlan } from './plan.ts';
import {
  empty,
  release,
  subscribe,
  subscribesTo,
  tablesFollow,
  unsubscribe,
  waitForStandby,
  waitForTail,
  waitFromNow,
} from './replication.ts';
import type { Facts, Step } from './steps.ts';

/** Looks between two comparisons of copies while the platform writes; ms. */
const BETWEEN_MS = 200;
/** Comparisons after which a difference is none of what is under way. */
const LOOKS = 10;

/** How a site comes to follow: from a slot that was made when both were equal, with a copy of everything, or as it does already. */
export type Way = 'slot' | 'copy' | 'follows';

export interface Rebuild {
  plan: Plan;
  writer: SitePlan;
  follower: SitePlan;
  way: (facts: Facts) => Way;
  /** of this run of the runbook, for the folder of rows that are kept */
  run: string;
  /** names of steps begin so: a run may rebuild both sites */
  prefix: string;
}

/** Makes a site follow the writer, whatever it held before, and proves that they are equal. */
export function rebuildSteps({ plan, writer, follower, way, run, prefix }: Rebuild): Step[] {
  const steps: Step[] = [
    {
      name: 'fence',
      what: `site ${follower.name} refuses writes`,
      carryOut: () =>
        withSite(follower, async (client) => {
          const fenced = await fence(client, follower, plan);
          // it sends nothing any more, and keeps nothing for a follower of its own
          await release(client, plan);
          return fenced;
        }),
    },
    {
      name: 'keep',
      what: `rows that only site ${follower.name} has are kept`,
      carryOut: async (facts) => {
        return way(facts) === 'copy' ? keepOwn({ plan, writer, follower, run }) : { rows: 0, files: [] };
      },
    },
    {
      name: 'subscribe',
      what: `site ${follower.name} follows site ${writer.name}`,
      carryOut: async (facts) => {
        const how = way(facts);
        if (how !== 'follows')
          await withSite(writer, (there) => withSite(follower, (here) => follow(here, there, { plan, writer, copy: how === 'copy' })));
        await withSite(follower, (here) => tablesFollow(here, follower, plan));
        return { how };
      },
    },
    {
      name: 'equal',
      what: 'both sites have the same rows',
      carryOut: async (facts) => {
        const found = await compared({ plan, writer, follower });
        if (found.length === 0) return {};
        // it followed, and was not equal: changed by itself, or an update of a row that it lacked was skipped in silence
        if (way(facts) === 'copy') throw unequal(follower, found);
        const { rows, files } = await keepOwn({ plan, writer, follower, run });
        await withSite(writer, (there) => withSite(follower, (here) => follow(here, there, { plan, writer, copy: true })));
        await withSite(follower, (here) => tablesFollow(here, follower, plan));
        const left = await compared({ plan, writer, follower });
        if (left.length > 0) throw unequal(follower, left);
        return { differed: found.map(inWords), kept: rows, files };
      },
    },
    {
      name: 'wait-for-follower',
      what: plan.synchronous ? `commits wait for site ${follower.name}` : 'commits wait for no other site',
      carryOut: async () => {
        await withSite(writer, (client) => (plan.synchronous ? waitFromNow(client, plan) : waitForStandby(client, '')));
        return { synchronous: plan.synchronous };
      },
    },
  ];
  return steps.map((step) => ({ ...step, name: `${prefix}${step.name}` }));
}

async function follow(
  here: pg.Client,
  there: pg.Client,
  { plan, writer, copy }: { plan: Plan; writer: SitePlan; copy: boolean },
): Promise<void> {
  // from its slot a second subscription would be sent again what the first has not confirmed yet
  if (!copy && (await subscribesTo(here, writer, plan))) return;
  await unsubscribe(here, plan);
  if (copy) {
    await release(there, plan);
    await empty(here, await publishedTables(there, plan));
  }
  await subscribe(here, writer, { plan, copy });
}

/** Rows that only the follower has, in files of this run. */
async function keepOwn({ plan, writer, follower, run }: Omit<Rebuild, 'way' | 'prefix'>): Promise<{ rows: number; files: string[] }> {
  // what it would still take over is no evidence
  await withSite(follower, (client) => unsubscribe(client, plan));
  return withSite(follower, (here) =>
    withSite(writer, (there) => keepOwnRows(here, there, { plan, folder: join(plan.kept, `${run}-${follower.name}`) })),
  );
}

/** What still differs once the follower has caught up with the position that the writer has now; empty: they are equal, but for what is under way. */
async function compared({ plan, writer, follower }: Pick<Rebuild, 'plan' | 'writer' | 'follower'>): Promise<Difference[]> {
  return withSite(writer, (there) =>
    withSite(follower, async (here) => {
      const { lsn } = await one<{ lsn: string }>(there, 'SELECT pg_current_wal_flush_lsn()::text AS lsn');
      const { complete, missingBytes } = await waitForTail(there, { ...plan, tailSeconds: plan.rebuildSeconds }, lsn);
      if (!complete)
        throw new HoldfastError(
          `site ${follower.name} lacks ${missingBytes} bytes of the log of site ${writer.name} after ${plan.rebuildSeconds} s: expected it to catch up; see the log of its server`,
        );
      return lastingDifferences(there, here, plan);
    }),
  );
}

/** What differs in every one of several looks at two sites: while the platform writes, a follower is always a little behind. Empty: they are equal in what was there at the first look. */
export async function lastingDifferences(there: pg.Client, here: pg.Client, plan: Plan): Promise<Difference[]> {
  let left = await differences(here, there, plan);
  for (let look = 1; look < LOOKS && left.length > 0; look += 1) {
    await sleep(BETWEEN_MS);
    left = lasting(left, await differences(here, there, plan));
  }
  return left;
}

function unequal({ name }: SitePlan, found: readonly Difference[]): HoldfastError {
  return new HoldfastError(
    `site ${name}: expected the same rows as the writing site, came ${found.map(inWords).join('; ')}: somebody else writes there; run this again once nobody does`,
  );
}

function inWords({ table, onlyHere, onlyThere }: Difference): string {
  return `${table}: ${rowsIn(onlyThere)} rows are missing, ${rowsIn(onlyHere)} are there alone`;
}
