import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { addChanges } from './changes.ts';
import { failureOf } from './failure.ts';
import { forwardWrite, isReadOnlyHere, mayForward } from './forward.ts';
import { addHealthCheck, openProbes } from './health.ts';
import { stdoutLedger, type Ledger } from './ledger.ts';
import { addProjects } from './projects.ts';
import { openService } from './service.ts';
import type { Settings } from './settings.ts';
import { addWriter } from './writer.ts';

/** A running API process. */
export interface StartedApi {
  port: number;
  /** fails readiness at once, serves on for the drain period, finishes what is in flight, closes */
  stop(): Promise<void>;
}

/** Starts the HTTP API; it serves, and answers 503 where it must, whether or not the database is there. */
export async function startApi(settings: Settings, ledger: Ledger = stdoutLedger): Promise<StartedApi> {
  const service = openService(settings, ledger);
  const probes = openProbes(settings);
  const app = fastify({
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    bodyLimit: 65_536,
    routerOptions: { maxParamLength: 800 },
  });
  let isDraining = false;

  nameServerInErrors(app, settings);
  addHealthCheck(app, settings, probes);
  addChanges(app, service);
  addProjects(app, service);
  addWriter(app, service);
  app.get('/api/live', async () => ({ status: 'ok', ...settings.identity }));
  app.get('/api/ready', async (_request, reply) => {
    return reply.code(isDraining ? 503 : 200).send({ status: isDraining ? 'draining' : 'ok', ...settings.identity });
  });
  app.addHook('onRequest', async (_request, reply) => {
    // Clients with open connections must notice too, or they would use them until the very end.
    if (isDraining) reply.header('connection', 'close');
  });

  await app.listen({ host: '0.0.0.0', port: settings.port });
  return {
    port: portOf(app),
    async stop() {
      if (settings.exitsAtOnce) process.exit(0);
      isDraining = true;
      await new Promise((resolve) => setTimeout(resolve, settings.drainMs));
      await app.close();
      probes.rw.close();
      probes.ro.close();
      await service.close();
    },
  };
}

function nameServerInErrors(app: FastifyInstance, settings: Settings): void {
  const { identity } = settings;
  app.setErrorHandler(async (error, request, reply) => {
    const answer = (failed: unknown): FastifyReply => {
      const { status, fields } = failureOf(failed);
      return reply.code(status).send({ ...fields, ...identity });
    };
    if (!isReadOnlyHere(error) || !mayForward(settings, request)) return answer(error);
    return forwardWrite(settings, request, reply).catch(answer);
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `Expected an endpoint of this API, came ${request.method} ${request.url}: see its documentation.`;
    return reply.code(404).send({ error: 'no-such-endpoint', message, ...identity });
  });
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  if (address && typeof address === 'object') return address.port;
  throw new Error(`Expected the server to listen on a port, came ${JSON.stringify(address)}.`);
}
