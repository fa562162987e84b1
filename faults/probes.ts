import type { Host, Topology } from '../topology/model.ts';
import type { Evidence } from './fault.ts';

/** How long a probe waits for an answer; a healthy host on this network answers within 10 ms. */
const PROBE_MS = 250;
const CURL_TIMEOUT = 28;

/** Whether every host stays silent when asked from `from` (default: the observer). A refusal is an answer. */
export async function silent(topology: Topology, hosts: readonly string[], from?: string): Promise<Evidence> {
  return summarize(await Promise.all(hosts.map((host) => ask(topology, host, from))), (answer) => answer.code === CURL_TIMEOUT);
}

/** Whether every host answers when asked from `from` (default: the observer). */
export async function answering(topology: Topology, hosts: readonly string[], from?: string): Promise<Evidence> {
  return summarize(await Promise.all(hosts.map((host) => ask(topology, host, from))), (answer) => answer.code === 0);
}

/** Several looks as one: seen only if all saw. */
export function all(looks: readonly Evidence[]): Evidence {
  return { seen: looks.every(({ seen }) => seen), what: looks.map(({ what }) => what).join('; ') };
}

interface Answer {
  what: string;
  code: number;
}

async function ask(topology: Topology, name: string, from: string | undefined): Promise<Answer> {
  const host: Host = topology.host(name);
  const asker = from ?? topology.observer.name;
  if (host.aliveUrl === undefined) return { what: `${name} has nothing to ask`, code: -1 };
  const { exitCode } = await topology.probe(
    asker,
    ['curl', '-sk', '-o', '/dev/null', '-m', String(PROBE_MS / 1000), host.aliveUrl],
    PROBE_MS * 8,
  );
  const word = exitCode === 0 ? 'answers' : exitCode === CURL_TIMEOUT ? `silent for ${PROBE_MS} ms` : `curl exit ${exitCode}`;
  return { what: `${name} asked from ${asker}: ${word}`, code: exitCode };
}

function summarize(answers: readonly Answer[], holds: (answer: Answer) => boolean): Evidence {
  return { seen: answers.length > 0 && answers.every(holds), what: answers.map(({ what }) => what).join('; ') };
}
