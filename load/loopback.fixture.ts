import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** How the stand-in for the platform treats requests. */
export type Mood = 'serve' | 'silent' | 'breaks-every-second-get';

/** A stand-in for the platform on loopback, for tests of the load itself. */
export interface Platform extends AsyncDisposable {
  readonly url: string;
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers'] }[];
  mood: Mood;
}

/** Starts a platform that keeps its elements in memory and answers as the real one does. */
export async function startPlatform(mood: Mood): Promise<Platform> {
  const elements = new Set<string>();
  const gets = new Map<Socket, number>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    platform.requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    if (platform.mood === 'silent') return;
    if (platform.mood === 'breaks-every-second-get' && request.method === 'GET') {
      const count = (gets.get(request.socket) ?? 0) + 1;
      gets.set(request.socket, count);
      if (count % 2 === 0) return void request.socket.destroy();
    }
    void serve(request, response, elements);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  const platform: Platform = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    mood,
    [Symbol.asyncDispose]: () => stop(server),
  };
  return platform;
}

async function serve(request: IncomingMessage, response: ServerResponse, elements: Set<string>): Promise<void> {
  const served = { site: 'a', pod: 'api-1', copy: 'db1', system: '7312345678901234567', timeline: 1, epoch: 1 };
  if (request.method === 'POST') {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { id } = JSON.parse(text) as { id: string };
    const status = elements.has(id) ? 200 : 201;
    elements.add(id);
    return answer(response, status, { ...served, xid: String(elements.size), lsn: '0/3000148' });
  }
  const id = decodeURIComponent(/^\/api\/changes\/([^?]+)/.exec(request.url ?? '')?.[1] ?? '');
  const found = elements.has(id);
  answer(response, found ? 200 : 404, { ...served, found });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
