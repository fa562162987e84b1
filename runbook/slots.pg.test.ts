import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findPostgres, startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { withSite } from './database.ts';
import { planFrom, type Plan } from './plan.ts';
import { beginSlotHere, reserveSlot } from './slots.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';

describe('the slot of a new writer', { skip, timeout: 60_000, concurrency: 1 }, () => {
  let server: TestServer;
  let plan: Plan;
  before(async () => {
    server = await startPrimary(bin!, 'b', { wal_level: 'logical' });
    const sites = { a: { dsn: 'postgres://postgres@127.0.0.1:1/postgres' }, b: { dsn: server.dsn('postgres') } };
    plan = planFrom({ sites, balancer: ['true', '{site}'] }, '/tmp');
  });
  after(async () => server?.stop());

  it('begins after a loss of power where it began before: not at rows that the other site has', async () => {
    const [, site] = plan.sites;
    await withSite(site, (client) => reserveSlot(client, site, plan));
    await server.sql('CREATE TABLE rows_of_both AS SELECT n FROM generate_series(1, 1000) n');
    const position = await withSite(site, (client) => beginSlotHere(client, plan));
    await server.crash();
    await server.restart();
    assert.deepEqual(
      await server.sql(`SELECT confirmed_flush_lsn >= '${position}' AS here FROM pg_replication_slots WHERE slot_name = 'mintpress'`),
      [{ here: true }],
    );
  });
});
