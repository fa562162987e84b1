import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { destroyDatabase } from '../faults/destroy-database.ts';
import { readJournal } from '../faults/journal.ts';
import { RefusedError, type ActiveFault } from '../faults/inject.ts';
import { redundant } from '../faults/redundant.ts';
import { withDatabase } from '../support/database.ts';
import { EXIT } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import { signalProcess } from '../support/processes.ts';
import { bringUp } from '../topology/lab/up.ts';
import type { Topology } from '../topology/model.ts';
import { healerAlive } from './healer.ts';
import { injected, suiteLab } from './lab.fixture.ts';

const name = 'baktest';
/** Three hosts lose their power and their disks within it: 2 s were too short where all processors were busy. */
const LEASE = '6s';

describe('the database service, destroyed and restored', { concurrency: 1 }, () => {
  const lab = suiteLab(name, { nodes: 1 });
  let topology: Topology;
  let givenUp: Date;
  before(() => void (topology = lab()));

  it('is not destroyed as long as there is no backup', () =>
    assert.rejects(
      injected(topology, destroyDatabase(), '2s'),
      (error) => error instanceof RefusedError && error.exitCode === EXIT.usage && /its log is not archived/.test(error.message),
    ));

  it('comes back up to the end of its archive, on another timeline of the same system', async () => {
    await topology.database.backups.take();
    await write('archived');
    await topology.database.backups.archiveAll();
    const [system, timeline] = [await systemNow(), await timelineNow()];
    await destroyed(destroyDatabase());
    assert.deepEqual(await written('archived'), ['archived']);
    assert.equal(await systemNow(), system);
    assert.ok((await timelineNow()) > timeline);
  });

  it('comes back as it was at a time: what was deleted after it is there, what was written after it is not', async () => {
    await write('before');
    const at = new Date();
    await sql("DELETE FROM markers WHERE nonce = 'before'");
    await write('after');
    givenUp = new Date();
    await destroyed(destroyDatabase({ restoreTo: at }));
    assert.deepEqual(await written('archived', 'before', 'after'), ['archived', 'before']);
  });

  it('comes back though the healer dies in the middle of it', async () => {
    await topology.database.backups.take();
    const fault = await injected(topology, destroyDatabase(), LEASE);
    await until({
      subject: 'restore',
      condition: 'begun: a database host boots again',
      timeoutMs: limits.hostBooted,
      intervalMs: 20,
      probe: async () => (await topology.host('db1').state()) === 'running',
    });
    const healer = healerAlive(topology);
    assert.ok(healer !== undefined && signalProcess(healer, 'SIGKILL'));
    await proven(fault);
    assert.deepEqual(await written('archived', 'before'), ['archived', 'before']);
  });

  it('is restored while it lives: up to its end, without a loss', async () => {
    await write('last');
    await topology.database.backups.restore({});
    await until({
      subject: 'copies',
      condition: 'in sync',
      timeoutMs: limits.redundant,
      intervalMs: 200,
      probe: async () => (await redundant(topology)).seen,
    });
    assert.deepEqual(await written('last'), ['last']);
  });

  it('is restored by bringing the lab up, where no journal knows of its destruction', async () => {
    await write('known');
    await topology.database.backups.archiveAll();
    await topology.database.destroy();
    await bringUp({ name }, () => undefined);
    assert.deepEqual(await written('known'), ['known']);
    assert.equal((await redundant(topology)).seen, true);
  });

  it('is not restored to a time that an earlier restore gave up, nor to one before its backups', async () => {
    const anHourAgo = new Date(Date.now() - 3_600_000);
    assert.equal(await topology.database.backups.lack(new Date()), undefined);
    assert.match((await topology.database.backups.lack(givenUp)) ?? '', /was given up by an earlier restore/);
    assert.match((await topology.database.backups.lack(anHourAgo)) ?? '', /expected a backup that had ended by/);
  });

  async function destroyed(spec: ReturnType<typeof destroyDatabase>): Promise<void> {
    const fault = await injected(topology, spec, LEASE);
    assert.deepEqual(topology.database.remains(), []);
    await proven(fault);
  }

  async function proven(fault: ActiveFault): Promise<void> {
    await fault.gone();
    const states = readJournal(topology.journalDir, fault.head.id).map(({ state }) => state);
    assert.deepEqual(states, ['intent', 'applied', 'verified', 'healed', 'gone']);
  }

  async function sql(text: string): Promise<Record<string, unknown>[]> {
    const { name: primary } = await topology.database.primary();
    return withDatabase(topology.database.dsn(primary), async (client) => (await client.query<Record<string, unknown>>(text)).rows);
  }

  async function write(nonce: string): Promise<void> {
    await sql(`INSERT INTO markers (run, nonce) VALUES ('${name}', '${nonce}')`);
  }

  async function written(...nonces: string[]): Promise<unknown[]> {
    const rows = await sql(`SELECT nonce FROM markers WHERE run = '${name}' ORDER BY created_at`);
    return rows.map(({ nonce }) => nonce).filter((nonce) => nonces.includes(String(nonce)));
  }

  async function systemNow(): Promise<unknown> {
    return (await sql('SELECT system_identifier::text AS system FROM pg_control_system()'))[0]?.system;
  }

  async function timelineNow(): Promise<number> {
    return (await topology.database.copies()).find(({ role }) => role === 'primary')?.timeline ?? 0;
  }
});
