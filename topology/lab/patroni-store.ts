import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { HoldfastError, messageOf } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { certificateFiles } from './certificate.ts';
import type { Lab } from './store.ts';

/** What Patroni keeps in its store stands below these two. */
export const NAMESPACE = '/holdfast/';
export const SCOPE = 'mintpress';
/** Where a member answers who has the lab's certificate, and where it says everybody how it does, and nothing else. */
export const STORE_PORT = 2379;
export const STORE_HEALTH_PORT = 2381;
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
      const { status, text } = await post(lab, `https://${address}:${STORE_PORT}/v3/${path}`, JSON.stringify(body));
      if (status === 200) return JSON.parse(text);
      troubles.push(`${name} answered ${status}`);
    } catch (error) {
      troubles.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new HoldfastError(
    `Patroni's store: expected a member that carries out ${path}; came ${troubles.join(', ')}: "holdfast up" starts what is off`,
  );
}

/** A request with the lab's certificate, which fetch cannot show. */
function post(lab: Lab, url: string, body: string): Promise<{ status: number | undefined; text: string }> {
  const { certificate, key } = certificateFiles(lab);
  const [cert, own] = [readFileSync(certificate), readFileSync(key)];
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(limits.httpProbe);
    const asked = request(url, { method: 'POST', ca: cert, cert, key: own, signal, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
