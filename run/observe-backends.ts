import type { BackendStatus } from '../topology/model.ts';
import { SHOW_SERVERS, askHaproxy, serverStates } from '../topology/haproxy.ts';

export interface BackendWatch {
  host: string;
  port: number;
  intervalMs: number;
  now: () => number;
  write: (line: object) => void;
}

const ANSWER_MS = 300;

/**
 * Looks at the load balancer's servers at every tick: each server as `site/node`, and each site, which is UP while any of its servers is. A balancer that
 * refuses serves nobody: all are DOWN. One that gives no answer in time may serve: no status is known. One look is under way at a time. Returns what ends it.
 */
export function watchBackends(watch: BackendWatch): () => void {
  let servers: string[] = [];
  let pending = false;
  const look = async (): Promise<void> => {
    const at = watch.now();
    try {
      const states = serverStates(await askHaproxy({ host: watch.host, port: watch.port, timeoutMs: ANSWER_MS }, SHOW_SERVERS));
      if (Object.keys(states).length > 0) servers = Object.keys(states);
      report(watch, at, Object.keys(states).length > 0 ? states : all(servers, undefined));
    } catch (error) {
      report(watch, at, all(servers, isRefused(error) ? 'DOWN' : undefined));
    } finally {
      pending = false;
    }
  };
  const timer = setInterval(() => {
    if (pending) return;
    pending = true;
    void look();
  }, watch.intervalMs);
  return () => clearInterval(timer);
}

type States = Record<string, BackendStatus | undefined>;

function all(servers: readonly string[], status: BackendStatus | undefined): States {
  return Object.fromEntries(servers.map((server) => [server, status]));
}

/* The system says why it could not connect; who only waited has no word of it. */
function isRefused(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  return code !== undefined && code !== 'ETIMEDOUT';
}

function report(watch: BackendWatch, at: number, servers: States): void {
  const took = watch.now() - at;
  const sites = new Map<string, (BackendStatus | undefined)[]>();
  for (const [server, status] of Object.entries(servers)) {
    const [site = ''] = server.split('/');
    sites.set(site, [...(sites.get(site) ?? []), status]);
    watch.write({ at, backend: server, status, took });
  }
  const ranked: BackendStatus[] = ['UP', 'DRAIN', 'MAINT'];
  for (const [site, states] of sites) {
    const status = states.includes(undefined) ? undefined : (ranked.find((word) => states.includes(word)) ?? 'DOWN');
    watch.write({ at, backend: site, status, took });
  }
}
