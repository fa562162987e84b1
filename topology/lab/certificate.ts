import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../support/processes.ts';
import type { Prepared } from './prepare.ts';
import type { Lab } from './store.ts';

/** The certificate by which a lab's hosts know each other as ends of pgBackRest's protocol, and its key. */
export function certificateFiles(lab: Lab): { certificate: string; key: string } {
  return { certificate: join(lab.dir, 'certificate', 'certificate.pem'), key: join(lab.dir, 'certificate', 'key.pem') };
}

/**
 * Makes it where there is none and a service has such hosts: one for all of them, which vouches for itself. Its names are their addresses, as pgBackRest compares the
 * host that it asks with the names of a certificate. OpenSSL is the image's: the machine may have none.
 */
export async function ensureCertificate(lab: Lab, { hostRoot }: Pick<Prepared, 'hostRoot'>): Promise<void> {
  const folder = join(lab.dir, 'certificate');
  const ends = lab.plan.hosts.filter(({ role }) => role === 'database' || role === 'backup');
  if (ends.length === 0 || existsSync(folder)) return;
  const draft = `${folder}.new`;
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  chmodSync(draft, 0o700);
  const names = ends.map(({ address }) => `DNS:${address}`);
  const options = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'];
  const files = ['-keyout', '/mnt/key.pem', '-out', '/mnt/certificate.pem', '-subj', '/CN=holdfast'];
  const script = 'mount --bind "$1" "$0/mnt"; root=$0; shift; exec chroot "$root" openssl "$@"';
  await command(
    'unshare',
    ['--mount', '--', 'sh', '-ec', script, hostRoot, draft, ...options, ...files, '-addext', `subjectAltName=${names.join(',')}`],
    { what: `making the certificate of lab ${lab.record.name}` },
  );
  renameSync(draft, folder);
}
