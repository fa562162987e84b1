import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { until } from '../support/poll.ts';
import { watchBackends } from './observe-backends.ts';

type Line = { backend?: string; status?: string; took?: number };

const STATES = '# pxname,svname,status\nglobal,a_a1,UP\nglobal,a_a2,DOWN\nglobal,b_b1,MAINT\n';

test('a balancer that refuses is DOWN, and of one that gives no answer in time nothing is known', async () => {
  let answer: (socket: Socket) => void = (socket) => socket.end(STATES);
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const lines: Line[] = [];
  const stop = watchBackends({
    host: '127.0.0.1',
    port,
    intervalMs: 20,
    now: () => Math.round(performance.now() * 1000),
    write: (line) => void lines.push(line),
  });
  const seen = (what: string, statuses: Record<string, string | undefined>): Promise<unknown> =>
    until({
      subject: 'the watch of the balancer',
      condition: what,
      timeoutMs: 20_000,
      intervalMs: 20,
      probe: async () => {
        const last = new Map(lines.splice(0).map(({ backend, status }) => [String(backend), status]));
        return Object.entries(statuses).every(([name, status]) => last.has(name) && last.get(name) === status);
      },
    });
  try {
    await seen('states', { 'a/a1': 'UP', 'a/a2': 'DOWN', 'b/b1': 'MAINT', a: 'UP', b: 'MAINT' });
    answer = () => undefined;
    await seen('no status', { 'a/a1': undefined, 'b/b1': undefined, a: undefined, b: undefined });
    answer = (socket) => socket.end();
    await seen('no status of an empty answer', { 'a/a1': undefined, a: undefined });
    server.close();
    for (const socket of sockets) socket.destroy();
    await seen('a refusal', { 'a/a1': 'DOWN', 'b/b1': 'DOWN', a: 'DOWN', b: 'DOWN' });
  } finally {
    stop();
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});
