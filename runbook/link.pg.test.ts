import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findPostgres } from '../platform/postgres.fixture.ts';
import { UsageError } from '../support/errors.ts';
import { settled, silent } from './circle.fixture.ts';
import { startPair, write, type TestPair } from './pair.fixture.ts';
import { failback, promote } from './runbooks.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';

describe('a writer that only its follower can reach', { skip, timeout: 120_000, concurrency: 1 }, () => {
  let pair: TestPair;
  before(async () => {
    pair = await startPair(bin!);
    const { a, b } = pair.servers;
    // a name that is not found from here; the follower's server is told the address beside it
    await b.sql(
      `ALTER SUBSCRIPTION mintpress CONNECTION 'host=no-such-host.invalid hostaddr=127.0.0.1 port=${a.port} user=postgres dbname=postgres'`,
    );
    await settled(pair, 'a', 1);
  });
  after(async () => pair?.stop());

  /** The plan with a connection string for a that leads nowhere. */
  const mistaken = () =>
    pair.planned({ sites: { a: { dsn: 'postgres://postgres@127.0.0.1:1/postgres' }, b: { dsn: pair.servers.b.dsn('postgres') } } });

  it('lives though it has nothing to send: its follower connects anew', async () => {
    for (let time = 0; time < 2; time += 1)
      await assert.rejects(promote(mistaken(), 'b', { watcher: silent }), (error) => {
        assert.ok(error instanceof UsageError, String(error));
        assert.match(error.message, /site a gives no answer by its dsn, but site b hears of it: it lives/);
        return true;
      });
    assert.equal(await write(pair.servers.a.dsn('app'), 'afterwards'), true);
  });

  it('is lost where that fails', async () => {
    const { a } = pair.servers;
    a.freeze();
    const { epoch } = await promote(mistaken(), 'b', { watcher: silent }).finally(() => a.thaw());
    await failback(pair.plan, 'a', { asReader: true, watcher: silent });
    await settled(pair, 'b', epoch);
  });
});
