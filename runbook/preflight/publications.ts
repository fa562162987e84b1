import type pg from 'pg';
import type { Plan } from '../plan.ts';
import { tableStates } from '../subscription.ts';

/**
 * Tables of a publication (its name is $1), and what is a part of them or has them as a part: partitions are tables that may be written to by
 * themselves.
 */
export const PUBLISHED_AND_KIN = `published AS (SELECT to_regclass(format('%I.%I', schemaname, tablename)) AS oid FROM pg_publication_tables WHERE pubname = $1),
  kin AS (
    SELECT oid FROM published
    UNION SELECT t.relid FROM published p, pg_partition_tree(p.oid) t
    UNION SELECT a.relid FROM published p, pg_partition_ancestors(p.oid) a WHERE a.relid IS NOT NULL)`;

/** What a publication carries, each part in words that compare. */
interface Carried {
  tables: string[];
  /** parts that it does not carry of what it names */
  partial: string[];
}

/**
 * What a publication carries. Rows that a filter holds back, columns that a list leaves out and operations that are not published are acknowledged
 * at the writer and never at the other site.
 */
async function carriedBy(client: pg.Client, { publication }: Plan): Promise<Carried | undefined> {
  const { rows } = await client.query<{ missing: string[]; root: boolean }>(
    `SELECT array_remove(ARRAY[CASE WHEN NOT pubinsert THEN 'inserts' END, CASE WHEN NOT pubupdate THEN 'updates' END,
       CASE WHEN NOT pubdelete THEN 'deletes' END, CASE WHEN NOT pubtruncate THEN 'truncates' END], NULL) AS missing, pubviaroot AS root
     FROM pg_publication WHERE pubname = $1`,
    [publication],
  );
  const [found] = rows;
  if (found === undefined) return undefined;
  const tables = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_publication_tables WHERE pubname = $1 ORDER BY 1`,
    [publication],
  );
  return {
    tables: tables.rows.map(({ name }) => name),
    partial: [
      ...found.missing.map((operation) => `no ${operation}`),
      ...(await partsOf(client, publication)),
      ...(await unpublishedHeirs(client, publication)),
    ],
  };
}

/* Filters and column lists are known from PostgreSQL 15 on. */
async function partsOf(client: pg.Client, publication: string): Promise<string[]> {
  const { rows: known } = await client.query(
    `SELECT FROM pg_attribute WHERE attrelid = 'pg_catalog.pg_publication_rel'::regclass AND attname = 'prqual'`,
  );
  if (known.length === 0) return [];
  const { rows } = await client.query<{ part: string }>(
    `SELECT format('of %s only %s', r.prrelid::regclass, concat_ws(' and ', CASE WHEN r.prqual IS NOT NULL THEN 'the rows of a filter' END,
       CASE WHEN r.prattrs IS NOT NULL THEN 'some columns' END)) AS part
     FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
     WHERE p.pubname = $1 AND (r.prqual IS NOT NULL OR r.prattrs IS NOT NULL) ORDER BY 1`,
    [publication],
  );
  return rows.map(({ part }) => part);
}

/* The comparison and TRUNCATE take them in, the publication does not. */
async function unpublishedHeirs(client: pg.Client, publication: string): Promise<string[]> {
  const { rows } = await client.query<{ heir: string }>(
    `WITH published AS (SELECT to_regclass(format('%I.%I', schemaname, tablename)) AS oid FROM pg_publication_tables WHERE pubname = $1)
     SELECT i.inhrelid::regclass::text AS heir FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent IN (SELECT oid FROM published) AND NOT c.relispartition AND i.inhrelid NOT IN (SELECT oid FROM published) ORDER BY 1`,
    [publication],
  );
  return rows.map(({ heir }) => `not ${heir}, which inherits from a table that it carries`);
}

/** What is wrong with what a site publishes, alone and beside the other one; `other` is absent where that gives no answer. */
export async function publicationProblems(
  plan: Plan,
  here: { name: string; client: pg.Client },
  other?: { name: string; client: pg.Client },
): Promise<string[]> {
  const own = await carriedBy(here.client, plan);
  if (own === undefined)
    return [`site ${here.name}: expected publication "${plan.publication}", from which the other site is to follow; there is none`];
  const problems = partial(here.name, plan, own);
  if (other === undefined) return problems;
  const theirs = await carriedBy(other.client, plan);
  if (theirs === undefined) return [...problems, `site ${other.name}: expected publication "${plan.publication}", there is none`];
  return [
    ...problems,
    ...partial(other.name, plan, theirs),
    ...(await onlyIn({ name: here.name, tables: own.tables }, { name: other.name, tables: theirs.tables })),
    ...(await onlyIn({ name: other.name, tables: theirs.tables }, { name: here.name, tables: own.tables })),
  ];
}

function partial(name: string, { publication }: Plan, { partial: parts }: Carried): string[] {
  if (parts.length === 0) return [];
  return [
    `site ${name}: expected publication "${publication}" to carry whole tables, it carries ${parts.join(', ')}: what it leaves out would be at one site alone`,
  ];
}

interface Named {
  name: string;
  tables: readonly string[];
}

async function onlyIn(one: Named, other: Named): Promise<string[]> {
  const left = one.tables.filter((table) => !other.tables.includes(table));
  if (left.length === 0) return [];
  return [`site ${one.name} publishes ${left.join(', ')}, site ${other.name} does not: expected both to publish the same tables`];
}

/** Published tables that a follower's subscription does not have whole: a confirmed position says nothing of their rows. */
export async function unfinishedTables(follower: pg.Client, plan: Plan, tables: readonly string[]): Promise<string[]> {
  const states = new Map((await tableStates(follower, plan)).map(({ table, state }) => [table, state]));
  return tables.flatMap((table) => {
    const state = states.get(table);
    if (state === 'r') return [];
    return [state === undefined ? `${table} is not in it` : `${table} is not copied yet (state "${state}")`];
  });
}

/** The tables that a site publishes, as SQL takes them. */
export async function tablesOf(client: pg.Client, plan: Plan): Promise<string[]> {
  return (await carriedBy(client, plan))?.tables ?? [];
}

/** What keeps the published tables of a site from being emptied to be copied anew: foreign keys of tables that are not published. */
export async function foreignKeyProblems(name: string, client: pg.Client, { publication }: Plan): Promise<string[]> {
  const { rows } = await client.query<{ key: string }>(
    `WITH ${PUBLISHED_AND_KIN}
     SELECT format('%s of %s to %s', conname, conrelid::regclass, confrelid::regclass) AS key FROM pg_constraint
     WHERE contype = 'f' AND confrelid IN (SELECT oid FROM published) AND conrelid NOT IN (SELECT oid FROM published) ORDER BY 1`,
    [publication],
  );
  if (rows.length === 0) return [];
  return [
    `site ${name}: foreign keys of tables that are not published refer to some that are (${rows.map(({ key }) => key).join('; ')}): such a table cannot be emptied and copied anew; publish the other one at both sites, or drop the key`,
  ];
}
