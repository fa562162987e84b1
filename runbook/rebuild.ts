import type pg from 'pg';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { differences, keepOwnRows, lasting, publishedTables, rowsIn, type Difference } from './compare.ts';
import { withSite } from './database.ts';
import { fence } from './fence.ts';
import type { Plan, SitePlan } from './plan.ts';
import { empty, release, standbyIsSynchronous, subscribe, subscribesTo, tablesFollow, unsubscribe, waitForStandby } from './replication.ts';
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
        if (way(facts) !== 'copy') return { rows: 0, files: [] };
        // what it would still take over from its old subscription is no evidence
        await withSite(follower, (client) => unsubscribe(client, plan));
        return withSite(follower, (here) =>
          withSite(writer, (there) => keepOwnRows(here, there, { plan, folder: join(plan.kept, `${run}-${follower.name}`) })),
        );
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
      carryOut: () => withSite(writer, (there) => withSite(follower, (here) => equal(there, here, { plan, follower }))),
    },
    {
      name: 'wait-for-follower',
      what: plan.synchronous ? `commits wait for site ${follower.name}` : 'commits wait for no other site',
      carryOut: async () => {
        await withSite(writer, async (client) => {
          await waitForStandby(client, plan.synchronous ? plan.subscription : '');
          if (plan.synchronous) await standbyIsSynchronous(client, plan);
        });
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

/** What still differs when two sites have been compared for a while; empty: they are equal, but for what is under way. */
export async function lastingDifferences(there: pg.Client, here: pg.Client, plan: Plan): Promise<Difference[]> {
  let left = await differences(here, there, plan);
  for (let look = 1; look < LOOKS && left.length > 0; look += 1) {
    await sleep(BETWEEN_MS);
    left = lasting(left, await differences(here, there, plan));
  }
  return left;
}

/* While the platform writes, a follower is always a little behind: different is what is so in every look, and it was there at the first. */
async function equal(
  there: pg.Client,
  here: pg.Client,
  { plan, follower }: { plan: Plan; follower: SitePlan },
): Promise<{ looks: number }> {
  let left: Difference[] | undefined;
  let looks = 0;
  await until({
    subject: `site ${follower.name}`,
    condition: 'the same rows as the writing site',
    timeoutMs: plan.rebuildSeconds * 1000,
    intervalMs: BETWEEN_MS,
    hint: 'a row that stays different was changed at this site by itself: run this again, which rebuilds it',
    probe: async () => {
      looks += 1;
      const now = await differences(here, there, plan);
      left = left === undefined ? now : lasting(left, now);
      if (left.length > 0) throw new HoldfastError(left.map(inWords).join(', '));
      return true;
    },
  });
  return { looks };
}

function inWords({ table, onlyHere, onlyThere }: Difference): string {
  return `${table}: ${rowsIn(onlyThere)} rows are missing, ${rowsIn(onlyHere)} are there alone`;
}
