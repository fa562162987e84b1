import { join } from 'node:path';
import { HoldfastError } from '../../support/errors.ts';
import { limits, slow } from '../../support/limits.ts';
import { SHOW_FRONTENDS, SHOW_SERVERS, askHaproxy, requestsAt, serverStates, serverWeights } from '../haproxy.ts';
import type { BackendStatus } from '../model.ts';
import { ENDPOINT_PORTS, PATRONI_PORT } from './database.ts';
import { API_PORT } from './kubernetes.ts';
import { machineInit, writeHostFile, type Machine } from './machine.ts';
import type { Daemon } from './services.ts';
import { sabotageOf } from './sabotage.ts';
import type { PlannedHost } from './shape.ts';
import { nodesOf, writeLab, type Lab } from './store.ts';

export const BALANCER_PORT = 80;
/** Runtime API for looks alone: the observer's. */
export const RUNTIME_PORT = 9999;
/** Runtime API for changes too, for root on this machine. */
const ADMIN_SOCKET = '/run/haproxy.sock';
export const NODE_PORT = 30080;
/** Where an HAProxy says that it lives, whatever its servers do. */
export const ALIVE_PORT = 8404;

/** How fast a dead or hung site is found: two failed checks half a second apart, each given half a second. */
export const checkTiming = { interMs: 500 * slow, fall: 2, rise: 2, timeoutMs: 500 * slow } as const;

/**
 * Where one site is preferred it has all traffic again from its first door that is UP. It is believed in after six good checks (3 s): until its other doors
 * are up too, its pools warm, and the boot no longer takes the CPU. At two checks one door of a booting site had the load of both, and fell again.
 */
const PREFERRED_RISE = 6;

/** Weight of every server: that of a share of it is a whole number, and 0 would be a drain. */
const OWN_WEIGHT = 100;

/** The global load balancer: every node of every site is a server; the routing policy is configuration. */
export function balancerDaemons(lab: Lab, host: PlannedHost, machine: Machine): Daemon[] {
  writeHostFile(machine, 'haproxy.cfg', balancerConfig(lab, host));
  const { unsupervised } = sabotageOf(lab);
  return [unsupervised?.role === host.role && unsupervised.daemon === haproxy.name ? startedOnce(haproxy) : haproxy];
}

/** The database's read-write and read-only endpoints: TCP, following Patroni's own answer to who leads. */
export function endpointDaemons(lab: Lab, host: PlannedHost, machine: Machine): Daemon[] {
  writeHostFile(machine, 'haproxy.cfg', endpointConfig(lab, host));
  return [haproxy];
}

/** Status of each server of the load balancer, by `site/node`, from its runtime API. */
export async function backendStates(lab: Lab): Promise<Record<string, BackendStatus>> {
  return serverStates(await ask(lab, SHOW_SERVERS));
}

/** Requests that the load balancer has had since it was started. */
export async function requestsServed(lab: Lab): Promise<number> {
  return requestsAt('clients', await ask(lab, SHOW_FRONTENDS));
}

/** Takes every server of a site out for new requests, or back. */
export async function setSiteDrained(lab: Lab, site: string, drained: boolean): Promise<void> {
  await tellServers(lab, site, (server) => `set server ${server} state ${drained ? 'drain' : 'ready'}`);
  if (drained && sabotageOf(lab).balancer?.drainCuts) await tellServers(lab, site, (server) => `shutdown sessions server ${server}`);
}

/** Weight of each server of the load balancer in percent of its own, by `site/node`. */
export async function backendWeights(lab: Lab): Promise<Record<string, number>> {
  return serverWeights(await ask(lab, 'show servers state platform'));
}

/** Sets the weight of every server of a site, in percent of its own. */
export async function setSiteWeight(lab: Lab, site: string, percent: number): Promise<void> {
  await tellServers(lab, site, (server) => `set server ${server} weight ${percent}%`);
}

/** Sends requests to one site alone, or, without a name, as the routing policy says; a load balancer that is started anew does the same. */
export async function directTo(lab: Lab, site: string | undefined): Promise<void> {
  const { record } = lab;
  const host = balancerOf(lab);
  // the policy prefers the first site already, and keeps the others for when it is down
  const first = nodesOf(lab)[0]?.site;
  const only = site === first && record.shape.routing !== 'active-active' ? undefined : site;
  if (only === undefined) delete record.directed;
  else record.directed = only;
  writeLab(record);
  writeHostFile({ dir: join(lab.dir, 'hosts', host.name) }, 'haproxy.cfg', balancerConfig(lab, host));
  for (const one of new Set(nodesOf(lab).map((node) => node.site ?? '')))
    await tellServers(lab, one, (server) => `set server ${server} state ${only === undefined || one === only ? 'ready' : 'maint'}`);
}

async function tellServers(lab: Lab, site: string, commandFor: (server: string) => string): Promise<void> {
  const servers = nodesOf(lab, site);
  const command = servers.map(({ name }) => commandFor(`platform/${site}_${name}`)).join('; ');
  const answer = await ask(lab, command);
  if (answer.trim() !== '') throw new HoldfastError(`load balancer: expected it to take "${command}", came "${answer.trim()}"`);
}

async function ask(lab: Lab, command: string): Promise<string> {
  const host = balancerOf(lab);
  const init = machineInit({ dir: join(lab.dir, 'hosts', host.name) });
  if (init === undefined) throw new HoldfastError(`load balancer: expected an answer to "${command}"; host ${host.name} is off`);
  return askHaproxy({ path: `/proc/${init}/root${ADMIN_SOCKET}`, timeoutMs: limits.httpProbe }, command);
}

/** On a node by which another site is made to reach the database: both endpoints, passed on. */
export function detourDaemons(lab: Lab, host: PlannedHost, machine: Machine): Daemon[] {
  const endpoint = lab.plan.hosts.find(({ role }) => role === 'database-endpoint');
  const ports = Object.values(ENDPOINT_PORTS).map(
    (port) => `listen port${port}\n  bind ${host.address}:${port}\n  server dbe ${endpoint?.address}:${port}\n`,
  );
  writeHostFile(
    machine,
    'detour.cfg',
    `defaults\n  mode tcp\n  timeout connect 500ms\n  timeout client 1h\n  timeout server 1h\n${ports.join('')}`,
  );
  return [{ name: 'detour', run: 'exec haproxy -db -f /data/detour.cfg' }];
}

function startedOnce({ name, run }: Daemon): Daemon {
  return { name, run: `[ ! -e /run/${name}.started ] || exec sleep infinity\ntouch /run/${name}.started\n${run}` };
}

const haproxy: Daemon = { name: 'haproxy', run: 'exec haproxy -db -f /data/haproxy.cfg' };

function balancerOf(lab: Lab): PlannedHost {
  return lab.plan.hosts.find(({ role }) => role === 'load-balancer') as PlannedHost;
}

function balancerConfig(lab: Lab, host: PlannedHost): string {
  const { directed, shape } = lab.record;
  const nodes = nodesOf(lab);
  const first = nodes[0]?.site;
  const { balancer: wrong = {} } = sabotageOf(lab);
  const { interMs, fall, rise, timeoutMs } = { ...checkTiming, ...wrong };
  const checked = (site?: string): string =>
    wrong.asks === 'control-plane' ? ` check-ssl verify none addr ${controlOf(lab, site)} port ${API_PORT}` : '';
  const servers = nodes.map((node) => {
    // each request is balanced anew, so none goes to a backup once a server of the first site is UP, and those under way may end
    const place = node.site === first ? ` rise ${Math.max(rise, PREFERRED_RISE)}` : ' backup';
    const preference = shape.routing === 'active-active' ? '' : place;
    const disabled = directed !== undefined && node.site !== directed ? ' disabled' : '';
    const { otherSitesWeight } = node.site === first ? {} : wrong;
    const weight = otherSitesWeight === undefined ? '' : ` weight ${(OWN_WEIGHT * otherSitesWeight) / 100}`;
    return `  server ${node.site}_${node.name} ${node.address}:${NODE_PORT} check${checked(node.site)}${preference}${weight}${disabled}`;
  });
  const reads = `backend reads
  balance roundrobin
  http-reuse safe
${nodes.map((node) => `  server ${node.site}_${node.name} ${node.address}:${NODE_PORT} track platform/${node.site}_${node.name} weight ${OWN_WEIGHT}`).join('\n')}
`;
  return `global
  maxconn 8192
  nbthread 1
  stats socket ${ADMIN_SOCKET} mode 600 level admin
  stats socket ipv4@${host.address}:${RUNTIME_PORT} level user
defaults
  mode http
  timeout connect 500ms
  timeout client 30s
  timeout server 5s
  timeout queue 1s
  timeout check ${timeoutMs}ms
  timeout http-keep-alive 30s
${wrong.redispatch === false ? '  no option redispatch\n' : '  option redispatch 1\n'}  # a refused or unanswered connect has sent nothing, so another server may be tried; nothing else is resent
  retries 2
  retry-on conn-failure
${aliveFrontend(host)}frontend clients
  bind ${host.address}:${BALANCER_PORT}
${wrong.mostConnections === undefined ? '' : fullAfter(wrong.mostConnections)}${shape.routing === 'reads-at-both' ? '  use_backend reads if METH_GET\n' : ''}  default_backend platform
backend platform
  balance roundrobin
  http-reuse safe
  option allbackups
  option httpchk GET ${wrong.asks === 'control-plane' ? '/readyz' : '/api/healthcheck'}
  default-server weight ${OWN_WEIGHT} inter ${interMs}ms fall ${fall} rise ${rise} on-marked-down shutdown-sessions
${servers.join('\n')}
${shape.routing === 'reads-at-both' ? reads : ''}`;
}

/** Counts the connections of clients, and takes none beyond so many. */
function fullAfter(most: number): string {
  return `  tcp-request connection set-var(proc.taken) int(0) unless { var(proc.taken) -m found }
  tcp-request connection set-var(proc.taken) var(proc.taken),add(1)
  tcp-request connection reject if { var(proc.taken) -m int gt ${most} }
`;
}

function controlOf(lab: Lab, site?: string): string {
  return lab.plan.hosts.find((host) => host.site === site && host.control === true)?.address ?? '';
}

function aliveFrontend(host: PlannedHost): string {
  return `frontend alive
  mode http
  bind ${host.address}:${ALIVE_PORT}
  monitor-uri /alive
`;
}

function endpointConfig(lab: Lab, host: PlannedHost): string {
  const databases = lab.plan.hosts.filter(({ role }) => role === 'database');
  const { endpoint: wrong = {} } = sabotageOf(lab);
  const { interMs, fall, rise } = { ...checkTiming, ...wrong };
  const servers = databases.map((database) => `  server ${database.name} ${database.address}:5432 check port ${PATRONI_PORT}`).join('\n');
  const section = (name: string, port: number, path: string): string => `listen ${name}
  bind ${host.address}:${port}
  option httpchk OPTIONS ${path}
${servers}
`;
  return `global
  maxconn 4096
  nbthread 1
defaults
  mode tcp
  timeout connect 500ms
  timeout client 1h
  timeout server 1h
  timeout check ${checkTiming.timeoutMs}ms
  option clitcpka
  option srvtcpka
  retries 1
  option redispatch 1
  balance leastconn
  default-server inter ${interMs}ms fall ${fall} rise ${rise} on-marked-down shutdown-sessions
${aliveFrontend(host)}${section('readwrite', ENDPOINT_PORTS.readWrite, '/primary')}${section('readonly', ENDPOINT_PORTS.readOnly, '/replica')}`;
}
