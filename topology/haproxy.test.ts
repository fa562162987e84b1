import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { HoldfastError } from '../support/errors.ts';
import { askHaproxy, serverStates, serverWeights, SHOW_SERVERS } from './haproxy.ts';

/** What HAProxy 2.6 said to "show stat": one server each UP, in drain, in maintenance and down, between a frontend and a backend. */
const said = readFileSync(join(import.meta.dirname, 'show-stat.fixture.csv'), 'utf8');

describe('the states of servers', () => {
  test('are read from what HAProxy says, without its frontends and backends', () => {
    assert.deepEqual(serverStates(said), { 'a/a1': 'UP', 'a/a2': 'DRAIN', 'b/b1': 'MAINT', 'b/b2': 'DOWN' });
  });

  test('are up while a failed check may still be a slip, and down until checks have passed often enough', () => {
    const states = (word: string): string | undefined => serverStates(said.replace(',UP,', `,${word},`))['a/a1'];
    assert.deepEqual(['UP 1/2', 'UP', 'DOWN 1/2', 'DOWN (agent)', 'NOLB', 'MAINT (via x/y)', 'MAINT (resolution)'].map(states), [
      'UP',
      'UP',
      'DOWN',
      'DOWN',
      'DOWN',
      'MAINT',
      'MAINT',
    ]);
  });

  test('are found by the names of the columns, wherever these stand', () => {
    assert.deepEqual(serverStates('# status,pxname,svname,\nUP,platform,a_a1,\nDOWN,platform,BACKEND,\n'), { 'a/a1': 'UP' });
  });

  test('are none when nothing, or no table, was said', () => {
    assert.deepEqual([serverStates(''), serverStates('Unknown command.\n')], [{}, {}]);
  });
});

describe('the weights of servers', () => {
  /** What HAProxy 2.6 said to "show servers state platform", without the columns behind these. */
  const weights = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change
4 platform 1 a_a1 198.18.32.64 2 0 100 100 67
4 platform 2 a_a2 198.18.32.65 2 0 1 100 67
4 platform 3 b_b1 198.18.32.66 2 0 50 200 19

`;

  test('are told in percent of those that are configured', () => {
    assert.deepEqual(serverWeights(weights), { 'a/a1': 100, 'a/a2': 1, 'b/b1': 25 });
  });

  test('are none when nothing, or no table, was said', () => {
    assert.deepEqual([serverWeights(''), serverWeights("Can't find backend.\n")], [{}, {}]);
  });
});

/** A runtime API for one question, which `answer` deals with. */
async function asked(answer: (socket: Socket, question: string) => void, timeoutMs = 2000): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.on('data', (data) => answer(socket, data.toString('utf8')));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await askHaproxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, timeoutMs }, SHOW_SERVERS);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

const refused =
  (says: RegExp) =>
  (error: unknown): boolean =>
    error instanceof HoldfastError &&
    /^load balancer at 127\.0\.0\.1:\d+: expected an answer to "show stat -1 4 -1"$/u.test(error.message) &&
    says.test(String(error.cause));

describe('a question to the runtime API', () => {
  test('is one line, and its answer comes whole, in however many pieces', async () => {
    let question = '';
    const answer = await asked((socket, text) => {
      question += text;
      socket.write(said.slice(0, 700));
      setTimeout(() => socket.end(said.slice(700)), 10);
    });
    assert.equal(question, 'show stat -1 4 -1\n');
    assert.equal(answer, said);
  });

  test('fails when no answer comes in time', { timeout: 4000 }, async () => {
    await assert.rejects(
      asked(() => undefined, 50),
      refused(/none within 50 ms/u),
    );
  });

  test('fails when the connection breaks, or nobody is there', async () => {
    await assert.rejects(
      asked((socket) => socket.resetAndDestroy()),
      refused(/ECONNRESET/u),
    );
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await once(closed.close(), 'close');
    await assert.rejects(askHaproxy({ host: '127.0.0.1', port, timeoutMs: 2000 }, SHOW_SERVERS), refused(/ECONNREFUSED/u));
  });
});
