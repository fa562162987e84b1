import type pg from 'pg';
import { one } from '../database.ts';
import type { Plan } from '../plan.ts';
import { isRoleTaken, replicationRole } from '../role.ts';
import { standbyNames } from '../standby.ts';
import { hasName, waitedFor, withoutName } from '../standby-names.ts';

/** What decides whether a server can write or follow, and whether we may change it. */
export interface Facts {
  superuser: boolean;
  role: boolean;
  schema: boolean;
  level: string;
  slots: number;
  usedSlots: number;
  own: boolean;
  senders: number;
  usedSenders: number;
  canSet: boolean;
  workers: number;
}

/** What a server says of itself that the checks go by. */
export async function serverFacts(client: pg.Client, { role, subscription }: Plan): Promise<Facts> {
  return one<Facts & pg.QueryResultRow>(
    client,
    `SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
       EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role,
       to_regclass('terms') IS NOT NULL AND to_regprocedure('followed_to()') IS NOT NULL AS schema,
       current_setting('wal_level') AS level,
       current_setting('max_replication_slots')::integer AS slots, (SELECT count(*)::integer FROM pg_replication_slots) AS "usedSlots",
       EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $2 AND database = current_database()) AS own,
       current_setting('max_wal_senders')::integer AS senders, (SELECT count(*)::integer FROM pg_stat_replication) AS "usedSenders",
       current_setting('max_logical_replication_workers')::integer AS workers,
       coalesce(current_setting('allow_alter_system', true)::boolean, true)
         AND (SELECT source <> 'command line' FROM pg_settings WHERE name = 'synchronous_standby_names') AS "canSet"`,
    [role, subscription],
  );
}

/** What a site must have whatever comes: the rights of the connection, and the platform's role. */
export function rightsProblems(name: string, { superuser, role, schema }: Facts, plan: Plan): string[] {
  return [
    ...(schema
      ? []
      : [`site ${name}: expected the platform's table "terms" and its function "followed_to", they are not there: see "holdfast schema"`]),
    ...(superuser ? [] : [`site ${name}: expected a superuser in its dsn; the role there is none`]),
    ...(role ? [] : [`site ${name}: expected role "${plan.role}", as which the platform connects; there is none`]),
  ];
}

/** What the server of a site that is to write lacks for the other one to follow it. */
export async function writerProblems(name: string, client: pg.Client, plan: Plan, facts: Facts): Promise<string[]> {
  const problems: string[] = [];
  if (facts.level !== 'logical')
    problems.push(`site ${name}: expected wal_level "logical", got "${facts.level}": set it and start the server anew`);
  // a slot of our own name is made anew
  if (!facts.own && facts.usedSlots >= facts.slots)
    problems.push(`site ${name}: expected a free replication slot, all ${facts.slots} are used: drop one, or raise max_replication_slots`);
  if (facts.usedSenders >= facts.senders)
    problems.push(`site ${name}: expected a free walsender, all ${facts.senders} are used: end one, or raise max_wal_senders`);
  return [...problems, ...(await standbyProblems(name, client, plan, facts))];
}

/** What the server of a site that is to follow lacks. */
export function followerProblems(name: string, { workers }: Facts): string[] {
  return workers > 0 ? [] : [`site ${name}: expected max_logical_replication_workers above 0, got 0: it cannot follow`];
}

/** Who follows a site by a slot of the name that the other site's is to have: it would be dropped under them. */
export async function slotInUse(name: string, client: pg.Client, { subscription }: Plan): Promise<string[]> {
  const { rows } = await client.query('SELECT FROM pg_replication_slots WHERE slot_name = $1 AND active', [subscription]);
  if (rows.length === 0) return [];
  return [
    `site ${name}: expected slot "${subscription}" to be free for the other site, somebody else follows by it: give that one another name`,
  ];
}

/** Other subscriptions of a site that bring rows into published tables, past its guard, whether it is fenced or not. */
export async function otherFeeds(name: string, client: pg.Client, { publication, subscription }: Plan): Promise<string[]> {
  const { rows } = await client.query<{ feed: string }>(
    `SELECT DISTINCT s.subname AS feed FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid JOIN pg_subscription_rel r ON r.srsubid = s.oid
     JOIN pg_publication_tables p ON to_regclass(format('%I.%I', p.schemaname, p.tablename)) = r.srrelid
     WHERE d.datname = current_database() AND s.subenabled AND s.subname <> $1 AND p.pubname = $2 ORDER BY 1`,
    [subscription, publication],
  );
  if (rows.length === 0) return [];
  return [
    `site ${name}: expected no other subscription into published tables, got ${rows.map(({ feed }) => feed).join(', ')}: what it brings passes the fence, and would be at one site alone; disable it`,
  ];
}

/** Whether the connection by which the other site is to follow this one can be made without giving a secret away. */
export async function sourceProblems(name: string, client: pg.Client, plan: Plan): Promise<string[]> {
  const { replicationDsn } = plan.sites.find((site) => site.name === name) ?? {};
  if (replicationDsn === undefined) {
    if (!(await isRoleTaken(client, plan))) return [];
    return [
      `site ${name}: role "${replicationRole(plan)}" is somebody's own: expected none of that name, or "replicationDsn" in the plan with a role for replication`,
    ];
  }
  const { username, password } = new URL(replicationDsn);
  const { rows } = await client.query<{ rolsuper: boolean; rolreplication: boolean }>(
    'SELECT rolsuper, rolreplication FROM pg_roles WHERE rolname = $1 AND rolcanlogin',
    [decodeURIComponent(username)],
  );
  const [role] = rows;
  if (role === undefined) return [`site ${name}: expected the role of its replicationDsn to be there and to log in; it does not`];
  if (role.rolsuper && password !== '')
    return [
      `site ${name}: expected a role for replication alone in its replicationDsn, it is a superuser with a password: that would stand at the other site; leave "replicationDsn" out, and a role is made`,
    ];
  if (!role.rolreplication && !role.rolsuper)
    return [`site ${name}: expected the role of its replicationDsn to have REPLICATION; it has not`];
  return [];
}

/** What stands in the way of commits of a site that waits for the other one where that is wanted, and for none of its own that is away. */
export async function standbyProblems(name: string, client: pg.Client, plan: Plan, { canSet }: Facts): Promise<string[]> {
  const { synchronous, subscription } = plan;
  const value = await standbyNames(client);
  const others = withoutName(value, subscription);
  const problems: string[] = [];
  if (synchronous && others !== '' && !hasName(value, subscription))
    problems.push(
      `site ${name}: its synchronous_standby_names ("${value}") are its own, and a commit cannot be made to wait for those and for the other site too: expected them to name "${subscription}" as well, e.g. "FIRST ${waitedFor(value).count + 1} (${subscription}, ${waitedFor(value).names.join(', ')})"`,
    );
  const isChanged = others !== value || (synchronous && !hasName(value, subscription));
  if (isChanged && !canSet)
    problems.push(
      `site ${name}: expected the right to set synchronous_standby_names by ALTER SYSTEM; it is forbidden there, or the server's command line sets it`,
    );
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_stat_replication WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')`,
  );
  const { count } = waitedFor(others);
  if (rows.filter((standby) => standby.name !== subscription).length < count)
    problems.push(
      `site ${name}: its synchronous_standby_names ("${others}") wait for ${count} of its own that ${count === 1 ? 'is' : 'are'} not connected: every commit would hang`,
    );
  return problems;
}
