import type pg from 'pg';
import { join } from 'node:path';
import { HoldfastError } from '../support/errors.ts';
import { keepOwnRows, type Kept } from './compare.ts';
import { withSite } from './database.ts';
import { takenOverFrom } from './epochs.ts';
import { readEntries } from './journal.ts';
import { transactionsAfter } from './own-tail.ts';
import type { Plan, SitePlan } from './plan.ts';
import { isNamed } from './preflight/not-carried.ts';
import { stateOf } from './state.ts';
import { unsubscribe } from './subscription.ts';

/** Rows that only a site has which is to be rebuilt, and which the person has accepted to take from it: all, or those of tables by name. */
export type Discard = 'every' | ReadonlySet<string>;

/** A site that is to follow again, whatever it held before. */
export interface Rebuilt {
  plan: Plan;
  writer: SitePlan;
  follower: SitePlan;
  discard: Discard;
  /** of this run of the runbook, for the folder of rows that are kept */
  run: string;
}

/** A site has rows that the writer lacks: nothing is emptied until the person has said that they may go. */
export class NeedsConsent extends HoldfastError {}

/** What has proven before that the writer has had every change of a follower: its log, of tables that followed; that it is a copy of the writer. */
export type Proof = 'its log' | 'its copy' | 'nothing';

/**
 * Writes rows that only the follower has to files of this run. A NeedsConsent unless it is proven, or its log proves now, that the writer has had
 * every change of it, or the person has said that those rows may go.
 */
export async function keepOwn({ plan, writer, follower, discard, run }: Rebuilt, proof: Proof): Promise<Kept> {
  const folder = join(plan.kept, `${run}-${follower.name}`);
  return withSite(writer, (there) =>
    withSite(follower, async (here) => {
      // what it would still take over is no evidence
      await unsubscribe(here, plan, there);
      const kept = await keepOwnRows(here, there, { plan, folder });
      const asked = discard === 'every' ? [] : kept.tables.filter((table) => !isNamed(table, discard));
      if (asked.length === 0) return kept;
      // a proof of before says nothing of a site that was opened since
      const proven = (await stateOf(here, follower, plan)).writable ? 'nothing' : proof;
      if (proven === 'its copy') return kept;
      const isTold = wereCarried(asked, { plan, writer });
      if (isTold && proven === 'its log') return kept;
      const late = isTold ? await lostTransactions(here, there, { plan, follower }) : undefined;
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
function wereCarried(tables: readonly string[], { plan, writer }: Pick<Rebuilt, 'plan' | 'writer'>): boolean {
  const opened = readEntries(plan.journal).findLast(({ step, site }) => step === 'open' && site === writer.name);
  const carried = opened?.facts.tables;
  return Array.isArray(carried) && tables.every((table) => carried.includes(table));
}

/* Transactions of a site that follows no more, or not yet, after what the writer took over; undefined where nothing tells. */
async function lostTransactions(
  here: pg.Client,
  there: pg.Client,
  { plan, follower }: Pick<Rebuilt, 'plan' | 'follower'>,
): Promise<number | undefined> {
  const position = await takenOverFrom(there, await stateOf(here, follower, plan));
  return position === undefined ? undefined : transactionsAfter(here, position, plan);
}

/** Whether the log of a site that is fenced, and has not begun to follow, tells that the writer has had every transaction of it. */
export async function isTakenOver({ plan, writer, follower }: Pick<Rebuilt, 'plan' | 'writer' | 'follower'>): Promise<boolean> {
  return withSite(writer, (there) => withSite(follower, async (here) => (await lostTransactions(here, there, { plan, follower })) === 0));
}
