import { limits } from '../../support/limits.ts';
import type { Lab } from './store.ts';

/** What Patroni keeps in its store stands below these two. */
export const NAMESPACE = '/holdfast/';
export const SCOPE = 'mintpress';
const STORED = `${NAMESPACE}${SCOPE}/`;
const SETTINGS = `${STORED}config`;

/** Takes what Patroni's store knows of the copies out of it, but not the service's settings; the next copy that starts makes a new service. */
export async function forgetCluster(lab: Lab): Promise<void> {
  const ranges = [
    [STORED, SETTINGS],
    // the next key after it, and the first one beyond all of them
    [`${SETTINGS}\0`, STORED.replace(/\/$/, '0')],
  ];
  for (const [first, beyond] of ranges) await askStore(lab, 'kv/deleterange', { key: inBase64(first), range_end: inBase64(beyond) });
}

function inBase64(text = ''): string {
  return Buffer.from(text).toString('base64');
}

async function askStore(lab: Lab, path: string, body: object): Promise<unknown> {
  const members = lab.plan.hosts.filter(({ role }) => role === 'dcs');
  const asked = members.map(async ({ name, address }) => {
    const response = await fetch(`http://${address}:2379/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(limits.httpProbe),
    });
    if (!response.ok) throw new Error(`etcd at ${name} answered ${response.status} to ${path}`);
    return response.json();
  });
  return Promise.any(asked);
}
