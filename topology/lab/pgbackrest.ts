import { writeHostFile, type Machine } from './machine.ts';
import { writeCertificate } from './certificate.ts';
import type { Restore } from './lineage.ts';
import type { Daemon } from './services.ts';
import type { PlannedHost } from './shape.ts';
import type { Lab } from './store.ts';

/** Where the repository lies on its host: a disk of its own. */
export const REPOSITORY = '/var/lib/pgbackrest';
/** A database whose repository does not take its log for so long that this much waits lets go of it: its disk must not fill up, and the archive has a gap. */
const MOST_WAITING = '512MiB';
const STANZA = 'mintpress';
const FOLDER = '/data/pgbackrest';
const as = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', 'env', 'HOME=/var/lib/postgresql', 'PATH=/usr/bin:/bin'];

/** A command line of pgBackRest, for a host that runs its server. */
export function pgbackrest(...args: string[]): string[] {
  return ['pgbackrest', `--config=${FOLDER}/pgbackrest.conf`, `--stanza=${STANZA}`, ...args];
}

/** The same, as the user whose files it reads and writes. */
export function pgbackrestAsOwner(...args: string[]): string[] {
  return [...as, ...pgbackrest(...args)];
}

/** pgBackRest's server on the repository's host and on each database host: they speak TLS with each other, and no host has a shell at another. */
export function pgbackrestDaemon(lab: Lab, machine: Machine, config: string[]): Daemon {
  writeCertificate(lab, machine, 'pgbackrest');
  writeHostFile(machine, 'pgbackrest/pgbackrest.conf', `${config.join('\n')}\n`);
  const own = [
    `chown -h postgres ${FOLDER}/key.pem`,
    ...(machine.disk === undefined ? [] : [`chown -h postgres:postgres ${machine.disk.at}`]),
  ];
  const server = ['pgbackrest', `--config=${FOLDER}/pgbackrest.conf`, 'server'];
  return { name: 'pgbackrest', run: [...own, `exec ${[...as, ...server].join(' ')}`].join('\n') };
}

/** Settings of the repository's host. */
export function repositoryConfig(lab: Lab, host: PlannedHost, dataDir: string): string[] {
  const copies = lab.plan.hosts.filter(({ role }) => role === 'database');
  return [
    '[global]',
    ...common(host),
    `repo1-path=${REPOSITORY}`,
    'repo1-retention-full=2',
    // a checkpoint at once instead of one spread over minutes
    'start-fast=y',
    `[${STANZA}]`,
    ...copies.flatMap(({ address }, index) => [
      `pg${index + 1}-host=${address}`,
      ...trust(`pg${index + 1}-host`),
      `pg${index + 1}-path=${dataDir}`,
      `pg${index + 1}-socket-path=/run/postgresql`,
    ]),
  ];
}

/** Settings of a database host. */
export function databaseBackupConfig(lab: Lab, host: PlannedHost, dataDir: string): string[] {
  const repository = repositoryHost(lab);
  return [
    '[global]',
    ...common(host),
    `repo1-host=${repository.address}`,
    ...trust('repo1-host'),
    `archive-push-queue-max=${MOST_WAITING}`,
    `[${STANZA}]`,
    `pg1-path=${dataDir}`,
    'pg1-socket-path=/run/postgresql',
  ];
}

/** How Patroni makes the first copy of a service that it does not know: a new database, or a restore. */
export function bootstrapMethod(restore: Partial<Restore> | undefined): object {
  if (restore?.backup === undefined) return {};
  return {
    method: 'pgbackrest',
    pgbackrest: {
      // Patroni says where recovery ends, and forgets it after; pgBackRest would leave it among the server's settings
      command: pgbackrest('restore', `--set=${restore.backup}`, '--type=none').join(' '),
      no_params: true,
      recovery_conf: {
        restore_command: pgbackrest('archive-get', '%f', '%p').join(' '),
        recovery_target_timeline: 'latest',
        recovery_target_action: 'promote',
        ...(restore.to === undefined ? {} : { recovery_target_time: restore.to.replace('T', ' ').replace('Z', '+00') }),
      },
    },
  };
}

/** The host of the repository. */
export function repositoryHost(lab: Lab): PlannedHost {
  const host = lab.plan.hosts.find(({ role }) => role === 'backup');
  if (host === undefined) throw new Error(`lab ${lab.record.name} has no host of the role "backup"`);
  return host;
}

function common(host: PlannedHost): string[] {
  return [
    `tls-server-address=${host.address}`,
    `tls-server-cert-file=${FOLDER}/certificate.pem`,
    `tls-server-key-file=${FOLDER}/key.pem`,
    `tls-server-ca-file=${FOLDER}/certificate.pem`,
    `tls-server-auth=holdfast=${STANZA}`,
    // the others take several times as much of the CPU
    'compress-type=lz4',
    'log-level-console=info',
    'log-level-file=off',
  ];
}

function trust(option: string): string[] {
  return [
    `${option}-type=tls`,
    `${option}-ca-file=${FOLDER}/certificate.pem`,
    `${option}-cert-file=${FOLDER}/certificate.pem`,
    `${option}-key-file=${FOLDER}/key.pem`,
  ];
}
