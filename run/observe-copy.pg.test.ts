import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { findPostgres, startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { SCHEMA_SQL } from '../platform/schema.ts';
import { until } from '../support/poll.ts';
import { watchCopy } from './observe-copy.ts';

type Line = { at: number; up?: boolean; took: number; writable?: boolean; error?: string };

const bin = findPostgres();
const now = (): number => Math.round(performance.now() * 1000);

/** Watches what listens there; what the watch wrote, and a wait for so many lines of one kind from now on. */
function watched(dsn: string) {
  const lines: Line[] = [];
  const shared = { syncStandbys: new Set<string>(), primaryLsn: undefined };
  const stop = watchCopy({ copy: 'db1', dsn, shared, intervalMs: 50, now, write: (line) => void lines.push(line as Line) });
  const next = async (up: boolean | undefined, count = 1): Promise<Line[]> => {
    const from = lines.length;
    const found = (): Line[] => lines.slice(from).filter((line) => line.up === up);
    await until({
      subject: 'the watch of the copy',
      condition: `${count} looks with "up" ${up}`,
      timeoutMs: 30_000,
      intervalMs: 10,
      probe: async () => found().length >= count,
    });
    return lines.slice(from);
  };
  return { lines, stop, next };
}

/** Runs with a server that has the schema, and a watch of it. */
async function withServer(
  use: (server: TestServer, watch: ReturnType<typeof watched>) => Promise<void>,
  { role = 'postgres', prepare = '' }: { role?: string; prepare?: string } = {},
): Promise<void> {
  const server = await startPrimary(bin as string, 'db1');
  await server.sql(`${SCHEMA_SQL};${prepare}`);
  const watch = watched(server.dsn(role));
  try {
    await watch.next(true, 3);
    await use(server, watch);
  } finally {
    watch.stop();
    await server.stop();
  }
}

const SESSIONS = `SELECT pid FROM pg_stat_activity WHERE application_name = 'holdfast-observer'`;
/** A role of which the server takes one session: after a freeze nothing but the connection from before can answer. */
const ONE_SESSION = {
  role: 'single',
  prepare: 'CREATE ROLE single LOGIN CONNECTION LIMIT 1; GRANT pg_monitor TO single; GRANT SELECT ON ALL TABLES IN SCHEMA public TO single',
};

test(
  'a frozen server is not known, and answers on the connection that was kept as soon as it runs on',
  { skip: bin === undefined },
  async () => {
    await withServer(async (server, watch) => {
      const [before] = await server.sql<{ pid: number }>(SESSIONS);
      server.freeze();
      const meanwhile = await watch.next(undefined, 5);
      assert.ok(meanwhile.every(({ up }) => up !== false));
      const silent = meanwhile.filter(({ up }) => up === undefined);
      assert.ok(silent.every(({ took }) => took > 300_000));
      // each begins where the one before it ended: no time is told of twice, or never
      for (const [nth, { at }] of silent.slice(1).entries()) assert.equal(at, silent[nth]!.at + silent[nth]!.took);
      server.thaw();
      const after = await watch.next(true);
      assert.ok(after.every(({ up }) => up !== false));
      assert.equal(after.at(-1)?.writable, true);
      const sessions = await server.sql<{ pid: number }>(SESSIONS);
      assert.deepEqual(sessions, [before]);
    }, ONE_SESSION);
  },
);

test('a server that crashed refuses, and is seen again when it is back', { skip: bin === undefined }, async () => {
  await withServer(async (server, watch) => {
    await server.crash();
    const refused = await watch.next(false, 3);
    assert.ok(refused.filter(({ up }) => up === false).every(({ error }) => /ECONNREFUSED|terminated|ECONNRESET/u.test(error ?? '')));
    await server.restart();
    await watch.next(true, 2);
  });
});

test('a server that takes no more sessions is up: it is not known, never down', { skip: bin === undefined }, async () => {
  const server = await startPrimary(bin as string, 'db1');
  await server.sql('CREATE ROLE crowded LOGIN CONNECTION LIMIT 0');
  const watch = watched(server.dsn('crowded'));
  try {
    const lines = await watch.next(undefined, 3);
    assert.ok(lines.every(({ up }) => up === undefined));
  } finally {
    watch.stop();
    await server.stop();
  }
});

test('connections to what takes them and never answers do not pile up', async () => {
  const open = new Set<Socket>();
  let most = 0;
  let all = 0;
  const server = createServer((socket) => {
    open.add(socket);
    all += 1;
    most = Math.max(most, open.size);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const watch = watched(`postgres://nobody@127.0.0.1:${(server.address() as AddressInfo).port}/none`);
  try {
    const lines = await watch.next(undefined, 20);
    assert.ok(lines.every(({ up }) => up === undefined));
    assert.ok(most <= 2, `${most} at once`);
    assert.ok(all >= 2 && all <= 3, `${all} in more than six seconds`);
  } finally {
    watch.stop();
    for (const socket of open) socket.destroy();
    server.close();
  }
});
