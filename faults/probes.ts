import { setTimeout as sleep } from 'node:timers/promises';
import { slow } from '../support/limits.ts';
import type { Host, Topology } from '../topology/model.ts';
import type { Evidence } from './fault.ts';

/** How long a probe waits for an answer; a healthy host on this network answers within 10 ms. */
const PROBE_MS = 250 * slow;
/** TCP port service multiplexer (RFC 1078): nothing in a lab offers it. */
const CLOSED_PORT = 1;
/** Payload of a datagram that fits into one packet. */
const DATAGRAM = 1400;
/** What is sent at once on this network arrives within 10 ms. */
const SOON_MS = 300 * slow;
/** Not connected: a socket that is hears of the closed port, and sends no more. */
const SEND = `use Socket; my ($to, $port, $size, $count) = @ARGV;
socket(my $out, PF_INET, SOCK_DGRAM, 0) or die $!; my $there = sockaddr_in($port, inet_aton($to)); my $data = "0" x $size;
send($out, $data, 0, $there) for 1 .. $count;`;
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

/** Whether what listens at a URL of a host answers, asked from the observer; any HTTP status is an answer. */
export async function answeringAt(topology: Topology, url: string, host: string): Promise<Evidence> {
  return at(topology, { url, host, code: CURL.answered });
}

/** Whether a connection to a URL of a host is refused, asked for from the observer. */
export async function refusingAt(topology: Topology, url: string, host: string): Promise<Evidence> {
  return at(topology, { url, host, code: CURL.refused });
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

/**
 * Whether the share of so many bytes in datagrams, sent at once from `from` to `to`, that has arrived soon after is what it should be. They go
 * to a port at which nobody listens: the receiver's kernel counts them.
 */
export async function arriving(
  { topology, from, to, bytes }: { topology: Topology; from: string; to: string; bytes: number },
  holds: (share: number) => boolean,
): Promise<Evidence> {
  const datagrams = Math.ceil(bytes / DATAGRAM);
  const before = await unclaimed(topology, to);
  await topology.probe(
    from,
    ['perl', '-e', SEND, topology.host(to).address, String(CLOSED_PORT), String(DATAGRAM), String(datagrams)],
    5_000,
  );
  await sleep(SOON_MS);
  const arrived = (await unclaimed(topology, to)) - before;
  return {
    seen: Number.isFinite(arrived) && holds(arrived / datagrams),
    what: `${to} sent to from ${from}: ${arrived} of ${datagrams} datagrams arrived in ${SOON_MS} ms`,
  };
}

/** Datagrams that a host got for ports at which nobody listens, as its kernel counts them. */
async function unclaimed(topology: Topology, host: string): Promise<number> {
  const { stdout } = await topology.probe(host, ['cat', '/proc/net/snmp'], 1_000);
  const [names = [], values = []] = stdout
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('NoPorts')]);
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

async function at(topology: Topology, { url, host, code }: { url: string; host: string; code: number }): Promise<Evidence> {
  const answer = await askUrl(topology, { name: `${host} at port ${new URL(url).port}`, url, asker: topology.observer.name });
  return { seen: answer.code === code, what: answer.what };
}

async function ask(topology: Topology, name: string, asker: string): Promise<{ what: string; code: number }> {
  const { aliveUrl: url } = topology.host(name);
  return url === undefined ? { what: `${name} has nothing to ask`, code: -1 } : askUrl(topology, { name, url, asker });
}

async function askUrl(
  topology: Topology,
  { name, url, asker }: { name: string; url: string; asker: string },
): Promise<{ what: string; code: number }> {
  const { exitCode } = await curl(topology, { from: asker, urls: [url], waitMs: PROBE_MS, print: '' });
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
