import { setTimeout as sleep } from 'node:timers/promises';
import type { TestServer } from '../../platform/postgres.fixture.ts';
import type { Found } from './judge.fixture.ts';
import type { KeptRow, Sites } from './sites.fixture.ts';

/** How long a follower may take to have what was written last; ms. */
const EQUAL_MS = 30_000;

/** Every row that a site has and that a ledger can know: by its id, its key, or in tables of one's own its note. */
export async function foundAt(server: TestServer): Promise<Found> {
  const found = new Map<string, number>();
  for (const { id } of await server.sql<{ id: string }>('SELECT id FROM changes')) found.set(`changes=${id}`, 0);
  for (const { key, version } of await server.sql<{ key: string; version: number }>('SELECT key, version FROM projects'))
    found.set(`projects=${key}`, version);
  for (const { name } of await server.sql<{ name: string }>(WITH_NOTES))
    for (const { note } of await server.sql<{ note: string }>(`SELECT note FROM "${name}"`)) found.set(`${name}=${note}`, 0);
  return found;
}

/** The same of what was kept: of a row that was kept more than once the latest version. */
export function foundIn(kept: readonly KeptRow[]): Found {
  const found = new Map<string, number>();
  for (const { table, row } of kept) {
    const key = `${table}=${String(row.id ?? row.key ?? row.note)}`;
    found.set(key, Math.max(found.get(key) ?? 0, Number(row.version ?? 0)));
  }
  return found;
}

/** Rows that one site has and the other lacks, once nothing is written any more; of what is published at the writer, without its filters. */
export async function differing({ servers }: Sites): Promise<string[]> {
  const deadline = Date.now() + EQUAL_MS;
  for (;;) {
    const [a, b] = [await foundAt(servers.a), await foundAt(servers.b)];
    const published = new Set((await servers.a.sql<{ name: string }>(PUBLISHED)).map(({ name }) => name));
    const isPublished = ([key]: [string, number]): boolean => published.has(key.slice(0, key.indexOf('=')));
    const rows = [...[...a].filter((row) => b.get(row[0]) !== row[1]), ...[...b].filter((row) => a.get(row[0]) !== row[1])].filter(
      isPublished,
    );
    if (rows.length === 0 || Date.now() > deadline) return rows.map(([key, version]) => `${key} (${version})`);
    await sleep(100);
  }
}

const WITH_NOTES = `SELECT table_name AS name FROM information_schema.columns
  WHERE table_schema = 'public' AND column_name = 'note' AND table_name NOT LIKE 'unpublished%'`;
const PUBLISHED = `SELECT tablename AS name FROM pg_publication_tables WHERE pubname = 'mintpress'`;
