import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { startBudget } from './budget.ts';
import { openDatabase, OPENING_AT_ONCE } from './database.ts';

test('a pool asks a server that does not answer for few connections at a time, however many requests wait', async () => {
  const open = new Set<Socket>();
  let [most, all] = [0, 0];
  const server = createServer((socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    all += 1;
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const dsn = `postgres://nobody:nothing@127.0.0.1:${address.port}/none`;
  const database = openDatabase({ dsn, name: 'test', max: 20, connectMs: 100, onTrouble: () => undefined });
  try {
    const lent = await Promise.allSettled(Array.from({ length: 30 }, () => database.lend(startBudget(350), async () => 'lent')));
    assert.ok(lent.every(({ status }) => status === 'rejected'));
    assert.equal(most, OPENING_AT_ONCE);
    assert.ok(all > most, `expected those given up to be followed by others, came ${all}`);
  } finally {
    await database.close();
    for (const socket of open) socket.destroy();
    server.close();
  }
});
