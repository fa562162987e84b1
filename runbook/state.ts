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
  subscription?: { enabled: boolean; slot: string | null; working: boolean };
  /** names of the standbys that a commit waits for, as configured */
  waitsFor: string;
}

/** Looks at a site; a HoldfastError where it is no database of the platform. */
export async function stateOf(client: pg.Client, { name }: SitePlan, plan: Plan): Promise<SiteState> {
  const { recovery, writer, system, waits } = await one<{ recovery: boolean; writer: string | null; system: string; waits: string }>(
    client,
    `SELECT pg_is_in_recovery() AS recovery, to_regclass('writer')::text AS writer,
       (SELECT system_identifier FROM pg_control_system())::text AS system, current_setting('synchronous_standby_names') AS waits`,
  );
  if (recovery) throw new HoldfastError(`site ${name}: expected a server that is no physical standby; promote it with its own tools first`);
  if (writer === null)
    throw new HoldfastError(`site ${name}: expected the platform's table "writer" in this database, there is none: is the dsn right?`);
  const { epoch, writable } = await one<{ epoch: number; writable: boolean }>(client, 'SELECT epoch, writable FROM writer');
  const { rows: publications } = await client.query('SELECT FROM pg_publication WHERE pubname = $1', [plan.publication]);
  const { rows: subscriptions } = await client.query<{ enabled: boolean; slot: string | null; working: boolean }>(
    `SELECT subenabled AS enabled, subslotname AS slot,
       EXISTS (SELECT FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL) AS working
     FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database() AND subname = $1`,
    [plan.subscription],
  );
  const [subscription] = subscriptions;
  return {
    system,
    writable,
    epoch,
    publishes: publications.length > 0,
    waitsFor: waits,
    ...(subscription === undefined ? {} : { subscription }),
  };
}

/** Subscriptions of a database beside the plan's. */
export async function otherSubscriptions(client: pg.Client, plan: Plan): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT subname AS name FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database() AND subname <> $1',
    [plan.subscription],
  );
  return rows.map(({ name }) => name);
}
