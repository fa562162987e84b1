import { connect } from 'node:net';
import { HoldfastError } from '../support/errors.ts';
import type { BackendStatus } from './model.ts';

/** `site_node` */
const SERVER = /^[a-z]_[a-z]\d+$/;

/** Where an HAProxy's runtime API is: at a socket of its host, or over the network. */
export type RuntimeApi = { path: string } | { host: string; port: number };

/** One command to an HAProxy runtime API; the answer as text. A HoldfastError after `timeoutMs`. */
export function askHaproxy({ timeoutMs, ...api }: RuntimeApi & { timeoutMs: number }, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(api);
    const fail = (cause: unknown): void => {
      socket.destroy();
      reject(
        new HoldfastError(`load balancer at ${'path' in api ? api.path : `${api.host}:${api.port}`}: expected an answer to "${command}"`, {
          cause,
        }),
      );
    };
    socket.setTimeout(timeoutMs, () => fail(new Error(`none within ${timeoutMs} ms`)));
    socket.on('error', fail);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.write(`${command}\n`);
  });
}

/** Statuses by server from `show stat` (CSV); servers are named `site_node` there and `site/node` here. */
export function serverStates(csv: string): Record<string, BackendStatus> {
  const [head = '', ...lines] = csv.split('\n');
  const columns = head.replace(/^# /, '').split(',');
  const name = columns.indexOf('svname');
  const status = columns.indexOf('status');
  const states: Record<string, BackendStatus> = {};
  for (const line of lines) {
    const fields = line.split(',');
    const server = fields[name] ?? '';
    if (!SERVER.test(server)) continue;
    const word = (fields[status] ?? '').split(' ')[0];
    states[server.replace('_', '/')] = word === 'UP' || word === 'DRAIN' || word === 'MAINT' ? word : 'DOWN';
  }
  return states;
}

/** Weights by server from `show servers state`, in percent of the configured ones; named as the states are. */
export function serverWeights(said: string): Record<string, number> {
  const lines = said.split('\n').map((line) => line.replace(/^# /, '').split(' '));
  const [, columns = [], ...rows] = lines;
  const [name, weight, own] = ['srv_name', 'srv_uweight', 'srv_iweight'].map((column) => columns.indexOf(column)) as [
    number,
    number,
    number,
  ];
  const servers = rows.filter((fields) => SERVER.test(fields[name] ?? ''));
  return Object.fromEntries(
    servers.map((fields) => [(fields[name] ?? '').replace('_', '/'), (100 * Number(fields[weight])) / Number(fields[own])]),
  );
}

/** Requests that a frontend has had since its start, from `show stat`. */
export function requestsAt(frontend: string, csv: string): number {
  const [columns = [], ...rows] = csv.split('\n').map((line) => line.replace(/^# /, '').split(','));
  const own = rows.find(([name, server]) => name === frontend && server === 'FRONTEND');
  return Number(own?.[columns.indexOf('req_tot')]);
}

/** The `show stat` command that lists frontends only. */
export const SHOW_FRONTENDS = 'show stat -1 1 -1';

/** The `show stat` command that lists servers only. */
export const SHOW_SERVERS = 'show stat -1 4 -1';
