import { connect } from 'node:net';
import { HoldfastError } from '../support/errors.ts';
import type { BackendStatus } from './model.ts';

/** One command to an HAProxy runtime API; the answer as text. A HoldfastError after `timeoutMs`. */
export function askHaproxy(api: { host: string; port: number; timeoutMs: number }, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: api.host, port: api.port });
    const fail = (cause: unknown): void => {
      socket.destroy();
      reject(new HoldfastError(`load balancer at ${api.host}:${api.port}: expected an answer to "${command}"`, { cause }));
    };
    socket.setTimeout(api.timeoutMs, () => fail(new Error(`none within ${api.timeoutMs} ms`)));
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
    if (!/^[a-z]_[a-z]\d+$/.test(server)) continue;
    const word = (fields[status] ?? '').split(' ')[0];
    states[server.replace('_', '/')] = word === 'UP' || word === 'DRAIN' || word === 'MAINT' ? word : 'DOWN';
  }
  return states;
}

/** The `show stat` command that lists servers only. */
export const SHOW_SERVERS = 'show stat -1 4 -1';
