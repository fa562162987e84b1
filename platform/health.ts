import type { FastifyInstance } from 'fastify';
import { createProbe, type Look, type Probe } from './probe.ts';
import type { Settings } from './settings.ts';

/** The two endpoints of the database as the health check sees them. */
export interface Probes {
  rw: Probe;
  ro: Probe;
}

// The balancer gives a check 500 ms; this leaves it time to travel.
const TIMEOUT_MS = 380;
const MAX_AGE_MS = 100;

/** Opens the probes of one API process. */
export function openProbes({ identity, databaseRw, databaseRo, writingHealthCheck }: Settings): Probes {
  const options = { timeoutMs: TIMEOUT_MS, maxAgeMs: MAX_AGE_MS };
  return {
    rw: createProbe({ ...options, dsn: databaseRw, name: `health-rw ${identity.pod}`, wantsWritable: true, writes: writingHealthCheck }),
    ro: createProbe({ ...options, dsn: databaseRo, name: `health-ro ${identity.pod}` }),
  };
}

/** Adds the load balancer's health check: 200 while this pod reaches some copy of the database. */
export function addHealthCheck(app: FastifyInstance, settings: Settings, probes: Probes): void {
  const { blindHealthCheck, writingHealthCheck, flappingHealthCheckMs } = settings;
  const identity = { ...(flappingHealthCheckMs > 0 ? { flapping: true } : {}), ...settings.identity };
  app.get('/api/healthcheck', async (_request, reply) => {
    if (isFlappedDown(flappingHealthCheckMs, Date.now())) return reply.code(503).send({ status: 'unavailable', ...identity });
    if (blindHealthCheck) return { status: 'ok', blind: true, ...identity };
    const seen = await lookAt(probes);
    const { rw, ro } = seen;
    const ok = writingHealthCheck ? rw.ok : seen.ok;
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'unavailable', writable: rw.writable, rw, ro, ...identity });
  });
}

/** Whether a health check that flaps says 503 at a time of the wall clock, so that all pods of a site agree; one without a period never does. */
export function isFlappedDown(everyMs: number, nowMs: number): boolean {
  return everyMs > 0 && Math.floor(nowMs / everyMs) % 2 === 1;
}

async function lookAt({ rw, ro }: Probes): Promise<{ ok: boolean; rw: Look; ro: Look }> {
  const writer = rw.look();
  const reader = ro.look();
  // An endpoint that was dead a moment ago is not waited for again while the other one answers.
  const { ok } = await (rw.isSuspect() ? firstOk(writer, reader) : writer);
  if (!ok) await Promise.all([writer, reader]);
  const seen = { rw: rw.last(), ro: ro.last() };
  return { ok: ok || seen.rw.ok || seen.ro.ok, ...seen };
}

async function firstOk(...looks: Promise<Look>[]): Promise<Pick<Look, 'ok'>> {
  const onlyOk = looks.map(async (look) => {
    if (!(await look).ok) throw new Error('Not reached.');
    return { ok: true };
  });
  return Promise.any(onlyOk).catch(() => ({ ok: false }));
}
