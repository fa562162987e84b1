import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findPostgres, startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { keepOwnRows, type Kept } from './compare.ts';
import { withSite } from './database.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';

/** Tables whose names differ by dots and quotes alone. */
const TABLES = ['"a"."b.c"', '"a.b"."c"', '"a"."b"', `"a"."b'""c/../d"`];

describe('rows that are kept', { skip, timeout: 60_000, concurrency: 1 }, () => {
  let servers: TestServer[];
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-kept-'));
    servers = await Promise.all(['a', 'b'].map((copy) => startPrimary(bin!, copy, { wal_level: 'logical' })));
    for (const server of servers) {
      await server.sql('CREATE SCHEMA "a"; CREATE SCHEMA "a.b"');
      for (const table of TABLES) await server.sql(`CREATE TABLE ${table} (id bigint, exact numeric, approximate double precision)`);
      await server.sql(`CREATE PUBLICATION mintpress FOR TABLE ${TABLES.join(', ')}`);
    }
  });
  after(async () => {
    await Promise.all((servers ?? []).map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  });

  const kept = (): Promise<Kept> => {
    const [a, b] = servers.map((server, index) => ({ name: 'ab'[index] ?? '', dsn: server.dsn('postgres') }));
    return withSite(a!, (here) =>
      withSite(b!, (there) => keepOwnRows(here, there, { plan: { publication: 'mintpress' }, folder: join(folder, 'run') })),
    );
  };

  it('are in a file for each table, in the very digits that they had, and only for the eyes of whoever called', async () => {
    for (const [index, table] of TABLES.entries())
      await servers[0]!.sql(`INSERT INTO ${table} VALUES (9007199254740993, ${index}.10000000000000000000000000001, 0.1)`);
    const { rows, files } = await kept();
    assert.equal(rows, TABLES.length);
    assert.equal(new Set(files).size, TABLES.length);
    assert.deepEqual(
      files.map((file) => readFileSync(file, 'utf8')).toSorted(),
      TABLES.map((_table, index) => `{"id":9007199254740993,"exact":${index}.10000000000000000000000000001,"approximate":0.1}\n`),
    );
    for (const file of files) {
      assert.equal(join(file, '..'), join(folder, 'run'));
      assert.equal(statSync(file).mode & 0o777, 0o600);
    }
  });

  it('stay where a second try keeps them again, each as often as it is too many', async () => {
    const first = await kept();
    await servers[0]!.sql(`INSERT INTO "a"."b" SELECT * FROM "a"."b"`);
    const second = await kept();
    assert.equal(second.rows, first.rows + 1);
    assert.equal(new Set([...first.files, ...second.files]).size, 2 * TABLES.length);
    for (const file of first.files) assert.equal(readFileSync(file, 'utf8').split('\n').length, 2);
    const doubled = second.files.filter((file) => readFileSync(file, 'utf8').split('\n').length === 3);
    assert.equal(doubled.length, 1);
  });
});
