import { HoldfastError, messageOf } from '../../support/errors.ts';
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
  const troubles: string[] = [];
  // one after the other: what another member were told beside the one that answers it might carry out later, on what has been stored since
  for (const { name, address } of lab.plan.hosts.filter(({ role }) => role === 'dcs')) {
    try {
      const response = await fetch(`http://${address}:2379/v3/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(limits.httpProbe),
      });
      if (response.ok) return await response.json();
      troubles.push(`${name} answered ${response.status}`);
    } catch (error) {
      troubles.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new HoldfastError(
    `Patroni's store: expected a member that carries out ${path}; came ${troubles.join(', ')}: "holdfast up" starts what is off`,
  );
}
