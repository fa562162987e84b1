import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { LoopbackStore, type Said } from './loopback-store.fixture.ts';

/**
 * How the stand-in for the platform treats requests.
 * `forgets-every-third-answer`: it carries the request out and breaks the connection.
 * `fails-before-commit`: of three requests one finds no connection to a database, and one loses its own before COMMIT; neither is carried out.
 * `refuses-tokens`, `waits-in-vain`: what it says to every read with a token.
 */
export type Mood =
  | 'serve'
  | 'silent'
  | 'breaks-every-second-get'
  | 'forgets-every-third-answer'
  | 'fails-before-commit'
  | 'refuses-tokens'
  | 'waits-in-vain';

/** A stand-in for the platform on loopback, for tests of the load itself. */
export interface Platform extends AsyncDisposable {
  readonly url: string;
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers'] }[];
  readonly store: LoopbackStore;
  mood: Mood;
}

/** Starts a platform that keeps its elements in memory and answers as the real one does. */
export async function startPlatform(mood: Mood): Promise<Platform> {
  const gets = new Map<Socket, number>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const count = platform.requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    if (platform.mood === 'silent') return;
    if (platform.mood === 'breaks-every-second-get' && request.method === 'GET') {
      const own = (gets.get(request.socket) ?? 0) + 1;
      gets.set(request.socket, own);
      if (own % 2 === 0) return void request.socket.destroy();
    }
    const forgets = platform.mood === 'forgets-every-third-answer' && count % 3 === 0;
    const stage = ['connect', 'begin', undefined][count % 3];
    if (platform.mood === 'fails-before-commit' && stage !== undefined) return answer(response, [503, { error: 'connection', stage }]);
    void serve(request, platform).then((said) => (forgets ? request.socket.destroy() : answer(response, said)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  const platform: Platform = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    store: new LoopbackStore(),
    mood,
    [Symbol.asyncDispose]: () => stop(server),
  };
  return platform;
}

async function serve(request: IncomingMessage, { mood, store, url: base }: Platform): Promise<Said> {
  const url = new URL(request.url ?? '', base);
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const hasToken = url.searchParams.has('token');
  if (hasToken && mood === 'refuses-tokens') return [409, { error: 'token-refused' }];
  if (hasToken && mood === 'waits-in-vain') return [503, { error: 'token-not-reached' }];
  return store.answerTo({ method: request.method ?? '', url, body });
}

function answer(response: ServerResponse, [status, fields]: Said): void {
  const served = { site: 'a', pod: 'api-1', copy: 'db1', system: '7312345678901234567', timeline: 1, epoch: 1 };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ ...served, ...fields }));
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
