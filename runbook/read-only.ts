import type pg from 'pg';
import { literal, one, quoted } from './database.ts';

const SETTING = 'default_transaction_read_only=';

/** Makes the platform's sessions in this database read-only or not, by default; null: the role has no setting of its own. */
export async function setReadOnly(client: pg.Client, role: string, value: string | null): Promise<void> {
  const what = value === null ? 'RESET default_transaction_read_only' : `SET default_transaction_read_only = ${literal(value)}`;
  await client.query(`ALTER ROLE ${quoted(role)} IN DATABASE ${await databaseName(client)} ${what}`);
}

/** What the platform's role has by default in this database; null: nothing of its own. */
export async function readOnlySetting(client: pg.Client, role: string): Promise<string | null> {
  const { rows } = await client.query<{ value: string }>(
    `SELECT substr(setting, length($1) + 1) AS value FROM pg_db_role_setting, unnest(setconfig) AS setting
     WHERE starts_with(setting, $1) AND setrole = to_regrole($2) AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [SETTING, quoted(role)],
  );
  return rows[0]?.value ?? null;
}

/** Whether sessions of the role would be read-only without a setting of the role in this database. */
export async function isReadOnlyAsAWhole(client: pg.Client, role: string): Promise<boolean> {
  const { all } = await one<{ all: boolean }>(
    client,
    `SELECT EXISTS (
       SELECT FROM pg_db_role_setting, unnest(setconfig) AS setting
       WHERE starts_with(setting, $1) AND substr(setting, length($1) + 1)::boolean
         AND ((setrole = to_regrole($2) AND setdatabase = 0) OR (setrole = 0 AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))))
     ) OR EXISTS (SELECT FROM pg_settings WHERE name = 'default_transaction_read_only' AND reset_val::boolean)
       OR EXISTS (SELECT FROM pg_file_settings WHERE name = 'default_transaction_read_only' AND setting::boolean) AS "all"`,
    [SETTING, quoted(role)],
  );
  return all;
}

async function databaseName(client: pg.Client): Promise<string> {
  return quoted((await one<{ name: string }>(client, 'SELECT current_database() AS name')).name);
}
