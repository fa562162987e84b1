import type pg from 'pg';
import { HoldfastError } from '../support/errors.ts';
import { one } from './database.ts';
import type { Plan, SitePlan } from './plan.ts';

/** What a site's database says of itself. */
export interface SiteState {
  /** identifier of the server */
  system: string;
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
  enabled: boolean;
  /** its worker runs */
  working: boolean;
}

/** Looks at a site; a HoldfastError where it is no database of the platform. */
export async function stateOf(client: pg.Client, { name }: SitePlan, plan: Plan): Promise<SiteState> {
  const { recovery, writer, system } = await one<{ recovery: boolean; writer: string | null; system: string }>(
    client,
    `SELECT pg_is_in_recovery() AS recovery, to_regclass('writer')::text AS writer,
       (SELECT system_identifier FROM pg_control_system())::text AS system`,
  );
  if (recovery) throw new HoldfastError(`site ${name}: expected a server that is no physical standby; promote it with its own tools first`);
  if (writer === null)
    throw new HoldfastError(`site ${name}: expected the platform's table "writer" in this database, there is none: is the dsn right?`);
  const { epoch, writable } = await one<{ epoch: number; writable: boolean }>(client, 'SELECT epoch, writable FROM writer');
  const { rows: publications } = await client.query('SELECT FROM pg_publication WHERE pubname = $1', [plan.publication]);
  const subscriptions = await subscriptionsOf(client);
  const subscription = subscriptions.find((known) => known.name === plan.subscription);
  return {
    system,
    writable,
    epoch,
    publishes: publications.length > 0,
    ...(subscription === undefined ? {} : { subscription }),
    others: subscriptions.flatMap((known) => (known === subscription ? [] : [known.name])),
  };
}

/** The subscriptions of this database; the catalogue has those of the whole server. */
export async function subscriptionsOf(client: pg.Client): Promise<Subscription[]> {
  const { rows } = await client.query<Subscription>(
    `SELECT subname AS name, subconninfo AS source, subenabled AS enabled,
       EXISTS (SELECT FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL) AS working
     FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()`,
  );
  return rows;
}
