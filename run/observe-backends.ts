import { SHOW_SERVERS, askHaproxy, serverStates } from '../topology/haproxy.ts';

export interface BackendWatch {
  host: string;
  port: number;
  intervalMs: number;
  now: () => number;
  write: (line: object) => void;
}

const ANSWER_MS = 300;

/** Looks at the load balancer's servers at every tick: each server as `site/node`, and each site, which is UP while any of its servers is. A look without an answer leaves a gap. */
export function watchBackends(watch: BackendWatch): void {
  let pending = false;
  setInterval(() => {
    if (pending) return;
    pending = true;
    const at = watch.now();
    askHaproxy({ host: watch.host, port: watch.port, timeoutMs: ANSWER_MS }, SHOW_SERVERS)
      .then((csv) => report(watch, at, csv))
      .catch(() => undefined)
      .finally(() => (pending = false));
  }, watch.intervalMs);
}

function report(watch: BackendWatch, at: number, csv: string): void {
  const sites = new Map<string, string[]>();
  for (const [server, status] of Object.entries(serverStates(csv))) {
    const [site = ''] = server.split('/');
    sites.set(site, [...(sites.get(site) ?? []), status]);
    watch.write({ at, backend: server, status });
  }
  for (const [site, states] of sites) {
    watch.write({ at, backend: site, status: ['UP', 'DRAIN', 'MAINT'].find((word) => states.includes(word)) ?? 'DOWN' });
  }
}
