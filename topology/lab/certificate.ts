import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../support/processes.ts';
import { writeHostFile, type Machine } from './machine.ts';
import type { Prepared } from './prepare.ts';
import type { Lab } from './store.ts';

/** The certificate by which a lab's own programs know each other, and its key: pgBackRest's servers, Patroni and its store, API servers and kubelets. */
export function certificateFiles(lab: Lab): { certificate: string; key: string } {
  return { certificate: join(lab.dir, 'certificate', 'certificate.pem'), key: join(lab.dir, 'certificate', 'key.pem') };
}

/**
 * Makes it where there is none: one for all hosts that have such programs, which vouches for itself. Its names are their addresses; pgBackRest compares the host that it
 * asks with names alone, others compare addresses. Kubelets know its group as administrators. OpenSSL is the image's: the machine may have none.
 */
export async function ensureCertificate(lab: Lab, { hostRoot }: Pick<Prepared, 'hostRoot'>): Promise<void> {
  const folder = join(lab.dir, 'certificate');
  const ends = lab.plan.hosts.filter(({ role }) => ['database', 'backup', 'dcs', 'node'].includes(role));
  if (existsSync(folder)) return;
  const draft = `${folder}.new`;
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  chmodSync(draft, 0o700);
  const names = ends.flatMap(({ address }) => [`DNS:${address}`, `IP:${address}`]);
  const options = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'];
  const files = ['-keyout', '/mnt/key.pem', '-out', '/mnt/certificate.pem', '-subj', '/O=system:masters/CN=holdfast'];
  const script = 'mount --bind "$1" "$0/mnt"; root=$0; shift; exec chroot "$root" openssl "$@"';
  await command(
    'unshare',
    ['--mount', '--', 'sh', '-ec', script, hostRoot, draft, ...options, ...files, '-addext', `subjectAltName=${names.join(',')}`],
    { what: `making the certificate of lab ${lab.record.name}` },
  );
  renameSync(draft, folder);
}

/** Writes both to a folder of a host's disk, as `certificate.pem` and `key.pem`. */
export function writeCertificate(lab: Lab, machine: Pick<Machine, 'dir'>, folder: string): void {
  const { certificate, key } = certificateFiles(lab);
  writeHostFile(machine, `${folder}/certificate.pem`, readFileSync(certificate, 'utf8'));
  writeHostFile(machine, `${folder}/key.pem`, readFileSync(key, 'utf8'), 0o600);
}
