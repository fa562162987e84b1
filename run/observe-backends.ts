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

/** Looks at the load balancer's servers at every tick: each server as `site/node`, and each site, which is UP while any of its servers is. A balancer that does not answer serves nobody: all are DOWN. */
export function watchBackends(watch: BackendWatch): void {
  let known: Record<string, BackendStatus> = {};
  let pending = false;
  const look = async (): Promise<void> => {
    const at = watch.now();
    try {
      known = serverStates(await askHaproxy({ host: watch.host, port: watch.port, timeoutMs: ANSWER_MS }, SHOW_SERVERS));
      report(watch, at, known);
    } catch {
      report(watch, at, Object.fromEntries(Object.keys(known).map((server) => [server, 'DOWN'])));
    } finally {
      pending = false;
    }
  };
  setInterval(() => {
    if (pending) return;
    pending = true;
    void look();
  }, watch.intervalMs);
}

function report(watch: BackendWatch, at: number, servers: Record<string, BackendStatus>): void {
  const took = watch.now() - at;
  const sites = new Map<string, BackendStatus[]>();
  for (const [server, status] of Object.entries(servers)) {
    const [site = ''] = server.split('/');
    sites.set(site, [...(sites.get(site) ?? []), status]);
    watch.write({ at, backend: server, status, took });
  }
  const ranked: BackendStatus[] = ['UP', 'DRAIN', 'MAINT'];
  for (const [site, states] of sites) {
    watch.write({ at, backend: site, status: ranked.find((word) => states.includes(word)) ?? 'DOWN', took });
  }
}
