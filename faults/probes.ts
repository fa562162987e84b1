import type { Host, Topology } from '../topology/model.ts';
import type { Evidence } from './fault.ts';

/** How long a probe waits for an answer; a healthy host on this network answers within 10 ms. */
const PROBE_MS = 250;
/** TCP port service multiplexer (RFC 1078): nothing in a lab offers it. */
const CLOSED_PORT = 1;
const CURL = { answered: 0, refused: 7, silent: 28 } as const;

/** Whether every host stays silent when asked from `from` (default: the observer). A refusal is an answer. */
export async function silent(topology: Topology, hosts: readonly string[], from?: string): Promise<Evidence> {
  return askAll(topology, hosts, { from, code: CURL.silent });
}

/** Whether every host answers when asked from `from` (default: the observer). */
export async function answering(topology: Topology, hosts: readonly string[], from?: string): Promise<Evidence> {
  return askAll(topology, hosts, { from, code: CURL.answered });
}

/** Whether a connection to every host is refused when asked for from `from`. */
export async function refusing(topology: Topology, hosts: readonly string[], from: string): Promise<Evidence> {
  return askAll(topology, hosts, { from, code: CURL.refused });
}

/** Whether the time in which `from` gets a connection to `to` is what it should be; `within`: ms that it waits. */
export async function connecting(
  { topology, from, to, within }: { topology: Topology; from: string; to: string; within: number },
  holds: (ms: number) => boolean,
  should: string,
): Promise<Evidence> {
  const { exitCode, stdout } = await curl(topology, { from, urls: [urlOf(topology.host(to))], waitMs: within, print: '%{time_connect}' });
  const ms = Number(stdout) * 1000;
  const connected = Number.isFinite(ms) && ms > 0;
  const came = connected ? `connected in ${ms.toFixed(1)} ms` : `not connected (curl exit ${exitCode})`;
  return { seen: connected && holds(ms), what: `${to} asked from ${from}: ${came}, expected ${should}` };
}

/**
 * Whether the number of requests for a connection from `from` to `to` that get no answer in time, of several sent at once, is what it should be.
 * They go to a port at which nobody listens: the kernel there refuses each at once, where a daemon's queue would be full.
 */
export async function losing(
  { topology, from, to, requests }: { topology: Topology; from: string; to: string; requests: number },
  holds: (lost: number) => boolean,
): Promise<Evidence> {
  const urls = Array<string>(requests).fill(`http://${topology.host(to).address}:${CLOSED_PORT}/`);
  const { stdout } = await curl(topology, { from, urls, waitMs: PROBE_MS, print: '%{exitcode}\\n' });
  const codes = stdout.trim().split('\n').map(Number);
  const refused = codes.filter((code) => code === CURL.refused).length;
  const lost = codes.filter((code) => code === CURL.silent).length;
  return {
    seen: lost + refused === requests && holds(lost),
    what: `${to} asked from ${from}: ${lost} of ${requests} requests for a connection were not even refused in ${PROBE_MS} ms`,
  };
}

/** Several looks as one: seen only if all saw. */
export function all(looks: readonly Evidence[]): Evidence {
  return { seen: looks.every(({ seen }) => seen), what: looks.map(({ what }) => what).join('; ') };
}

async function askAll(
  topology: Topology,
  hosts: readonly string[],
  { from, code }: { from: string | undefined; code: number },
): Promise<Evidence> {
  const asker = from ?? topology.observer.name;
  const answers = await Promise.all(hosts.map((host) => ask(topology, host, asker)));
  return { seen: answers.length > 0 && answers.every((answer) => answer.code === code), what: answers.map(({ what }) => what).join('; ') };
}

async function ask(topology: Topology, name: string, asker: string): Promise<{ what: string; code: number }> {
  const host = topology.host(name);
  if (host.aliveUrl === undefined) return { what: `${name} has nothing to ask`, code: -1 };
  const { exitCode } = await curl(topology, { from: asker, urls: [host.aliveUrl], waitMs: PROBE_MS, print: '' });
  const words: Record<number, string> = {
    [CURL.answered]: 'answers',
    [CURL.refused]: 'refuses',
    [CURL.silent]: `silent for ${PROBE_MS} ms`,
  };
  return { what: `${name} asked from ${asker}: ${words[exitCode] ?? `curl exit ${exitCode}`}`, code: exitCode };
}

/** Asks from a host, several questions at once each on a connection of its own; `print` is curl's format for what it says of each. */
async function curl(
  topology: Topology,
  { from, urls, waitMs, print }: { from: string; urls: readonly string[]; waitMs: number; print: string },
): Promise<{ exitCode: number; stdout: string }> {
  const parallel = urls.length === 1 ? [] : ['-Z', '--parallel-immediate', '--parallel-max', String(urls.length)];
  const each = urls.flatMap((url) => ['-o', '/dev/null', url]);
  const command = ['curl', '-sk', '-m', String(waitMs / 1000), ...(print === '' ? [] : ['-w', print]), ...parallel, ...each];
  return topology.probe(from, command, waitMs * 8);
}

function urlOf({ name, aliveUrl }: Host): string {
  if (aliveUrl === undefined) throw new Error(`${name} has nothing to ask`);
  return aliveUrl;
}
