import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { startBudget } from './budget.ts';
import { openDatabase, OPENING_AT_ONCE } from './database.ts';

test('a pool asks a server that does not answer for few connections at a time, however many requests wait', async (t) => {
  const open = new Set<Socket>();
  let [most, all] = [0, 0];
  const server = createServer((socket) => {
    open.add(socket);
    all += 1;
    // The kernel may tell of a connection before the end of an earlier one that came first: both are known once this turn is over.
    setImmediate(() => (most = Math.max(most, open.size)));
    socket.on('error', () => undefined);
    socket.on('end', () => open.delete(socket));
    socket.on('close', () => open.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const dsn = `postgres://nobody:nothing@127.0.0.1:${address.port}/none`;
  const database = openDatabase({ dsn, name: 'test', max: 20, connectMs: 100, onTrouble: () => undefined });
  try {
    // Those of one wave are given up together; that the pool kept their places shows in the next.
    for (const wave of [1, 2, 3]) {
      const before = all;
      const lent = await Promise.allSettled(Array.from({ length: 30 }, () => database.lend(startBudget(350), async () => 'lent')));
      assert.ok(lent.every(({ status }) => status === 'rejected'));
      const seen = `expected ${OPENING_AT_ONCE} connections in wave ${wave}, each given up`;
      await t.waitFor(() => assert.ok(all - before >= OPENING_AT_ONCE && open.size === 0, seen), { timeout: 10_000 });
    }
    assert.equal(most, OPENING_AT_ONCE);
  } finally {
    await database.close();
    for (const socket of open) socket.destroy();
    server.close();
  }
});
