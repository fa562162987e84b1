import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../../platform/platform.fixture.ts';
import { findPostgres, startPrimary, startStandby, type TestServer } from '../../platform/postgres.fixture.ts';
import { isStopped } from '../../support/processes.ts';
import { stuckReplay } from './stuck-replay.ts';

const bin = findPostgres();
const skip = bin === undefined ? 'there is no initdb with postgres and pg_basebackup on this machine' : false;

describe('a callback that stops the replay of a leader which follows again', { skip, timeout: 60_000 }, () => {
  let leader: TestServer;
  let follower: TestServer;

  before(async () => {
    leader = await startPrimary(bin!, 'db1', { wal_level: 'replica' });
    follower = await startStandby(bin!, 'db2', leader);
    await leader.sql('CREATE TABLE rows (n int)');
    await eventually(async () => (await follower.sql("SELECT WHERE to_regclass('rows') IS NOT NULL")).length === 1);
  });

  after(async () => {
    await follower?.stop();
    await leader?.stop();
  });

  const called = async (event: string, role: string): Promise<void> => {
    const env = { PATH: `${bin}${delimiter}${process.env.PATH}`, PGPORT: String(follower.port) };
    await promisify(execFile)('sh', ['-c', stuckReplay('127.0.0.1'), 'callback', event, role, 'cluster'], { env });
  };
  const rowsAt = async (server: TestServer): Promise<number> => (await server.sql('SELECT FROM rows')).length;
  const received = async (): Promise<boolean> => {
    const [position] = await leader.sql<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::text AS lsn');
    const [row] = await follower.sql<{ yes: boolean }>(`SELECT pg_last_wal_receive_lsn() >= '${position?.lsn}' AS yes`);
    return row?.yes === true;
  };

  test('does nothing at the start of a standby, nor when one begins to lead', async () => {
    await called('on_start', 'replica');
    await called('on_role_change', 'primary');
    await leader.sql('INSERT INTO rows VALUES (1)');
    await eventually(async () => (await rowsAt(follower)) === 1);
  });

  test('leaves one that follows as it is: it receives all, and shows nothing new', async () => {
    await called('on_role_change', 'replica');
    await leader.sql('INSERT INTO rows VALUES (2)');
    await eventually(received);
    const [replaying] = await follower.sql<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE backend_type = 'startup'");
    assert.equal(isStopped(replaying?.pid ?? 0), true);
    assert.equal(await rowsAt(follower), 1);
  });
});
