import type pg from 'pg';
import { HoldfastError, UsageError } from '../support/errors.ts';
import { one } from './database.ts';
import type { Plan, SitePlan } from './plan.ts';

/** PostgreSQL versions with which the runbooks were tried; a later one works or not, and is said to be untried. */
export const VERSIONS = { least: 14, most: 18 } as const;

/** What a site's database says of itself. */
export interface SiteState {
  /** identifier of the server */
  system: string;
  /** major version of the server */
  version: number;
  /** it lets the platform write */
  writable: boolean;
  epoch: number;
  publishes: boolean;
  subscription?: Subscription;
  /** names of its other subscriptions */
  others: string[];
}

/** A subscription of a database. */
export interface Subscription {
  name: string;
  /** connection string of what it follows */
  source: string;
  /** name of its slot there */
  slot: string | null;
  publications: string[];
  enabled: boolean;
  /** its worker runs */
  working: boolean;
}

/** Looks at a site; a HoldfastError where it is no database of the platform, or of a version that is not supported. */
export async function stateOf(client: pg.Client, { name }: Pick<SitePlan, 'name'>, plan: Plan): Promise<SiteState> {
  const { recovery, isPlatform, system, number } = await one<{ recovery: boolean; isPlatform: boolean; system: string; number: string }>(
    client,
    `SELECT pg_is_in_recovery() AS recovery, to_regclass('writer') IS NOT NULL AS "isPlatform", current_setting('server_version_num') AS number,
       (SELECT system_identifier FROM pg_control_system())::text AS system`,
  );
  const version = Math.floor(Number(number) / 10_000);
  if (version < VERSIONS.least)
    throw new UsageError(`site ${name}: expected PostgreSQL ${VERSIONS.least} or later, got ${version}: upgrade it; nothing was changed`);
  if (recovery) throw new HoldfastError(`site ${name}: expected a server that is no physical standby; promote it with its own tools first`);
  if (!isPlatform)
    throw new HoldfastError(`site ${name}: expected the platform's table "writer" in this database, there is none: is the dsn right?`);
  const { count } = await one<{ count: number }>(client, 'SELECT count(*)::integer AS count FROM writer');
  if (count !== 1) throw new HoldfastError(`site ${name}: expected one row in table "writer", got ${count}: see "holdfast schema"`);
  const { rows: publications } = await client.query('SELECT FROM pg_publication WHERE pubname = $1', [plan.publication]);
  const subscriptions = await subscriptionsOf(client);
  const subscription = subscriptions.find((known) => known.name === plan.subscription);
  return {
    system,
    version,
    ...(await writerOf(client)),
    publishes: publications.length > 0,
    ...(subscription === undefined ? {} : { subscription }),
    others: subscriptions.flatMap((known) => (known === subscription ? [] : [known.name])),
  };
}

/** What the guard of a site goes by: it lets writes pass where the table says so and the gate is open. */
export async function writerOf(client: pg.Client): Promise<Pick<SiteState, 'epoch' | 'writable'>> {
  const { hasGate } = await one<{ hasGate: boolean }>(client, `SELECT to_regclass('writer_gate') IS NOT NULL AS "hasGate"`);
  return one(
    client,
    hasGate ? 'SELECT epoch, writable AND last_value = 1 AS writable FROM writer, writer_gate' : 'SELECT epoch, writable FROM writer',
  );
}

/** The subscriptions of this database; the catalogue has those of the whole server. */
export async function subscriptionsOf(client: pg.Client): Promise<Subscription[]> {
  const { rows } = await client.query<Subscription>(
    `SELECT subname AS name, subconninfo AS source, subslotname AS slot, subpublications AS publications, subenabled AS enabled,
       EXISTS (SELECT FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL) AS working
     FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()`,
  );
  return rows;
}
