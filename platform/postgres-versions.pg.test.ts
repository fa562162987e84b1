import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startPrimary } from './postgres.fixture.ts';
import { noServers, programsOf, VERSIONS } from './postgres-versions.fixture.ts';

describe('servers of the packages', { skip: noServers, timeout: 120_000 }, () => {
  for (const version of VERSIONS) {
    it(`are there in version ${version}, and replicate logically`, async () => {
      const server = await startPrimary(programsOf(version).bin, 'a', { wal_level: 'logical' });
      try {
        const [row] = await server.sql<{ version: string }>(
          `SELECT current_setting('server_version_num') AS version, pg_create_logical_replication_slot('s', 'pgoutput')`,
        );
        assert.equal(Math.floor(Number(row?.version) / 10_000), version);
      } finally {
        await server.stop();
      }
    });
  }
});
