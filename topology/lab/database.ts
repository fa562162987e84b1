import { DATABASE_NAME } from '../../platform/site.ts';
import { limits, slow } from '../../support/limits.ts';
import type { CommitLevel, CopyState, Replication } from '../model.ts';
import { KEPT_DIR, keepingRewind } from './deposed.ts';
import { writeCertificate } from './certificate.ts';
import { writeHostFile, type Machine } from './machine.ts';
import { sabotageOf } from './sabotage.ts';
import { givenUp, type Restore } from './lineage.ts';
import { bootstrapMethod, databaseBackupConfig, pgbackrest, pgbackrestDaemon } from './pgbackrest.ts';
import { NAMESPACE, SCOPE, STORE_HEALTH_PORT, STORE_PORT } from './patroni-store.ts';
import { askPauseS, type Daemon } from './services.ts';
import type { PlannedHost } from './shape.ts';
import { stuckReplay } from './stuck-replay.ts';
import type { Lab } from './store.ts';

export const PATRONI_PORT = 8008;
const PATRONI_USER = 'holdfast';
/** Size of each database host's disk; bounded so that it can be filled for real. */
export const DATABASE_DISK_MB = 2048;
/** Disk of a member of Patroni's store: two preallocated log segments of 64 MB, snapshots and data. */
export const DCS_DISK_MB = 512;
export const DCS_DISK = '/data/disk';
const CERTIFICATE = '/data/store/certificate.pem';
const KEY = '/data/store/key.pem';
const BIN_DIR = '/usr/lib/postgresql/15/bin';
export const DATA_DIR = '/var/lib/postgresql/data';
const SOCKET_DIR = '/run/postgresql';
/** On every node of a site that has a database of its own. */
export const SITE_DATABASE_PORT = 30432;
export const ENDPOINT_PORTS = { readWrite: 5000, readOnly: 5001 } as const;

/** What is written reaches the archive after so long at the latest, and the time of a push; losses after a destruction are bound by it. */
const ARCHIVE_TIMEOUT_S = 5;
/** Patroni's timing; the bounds of the failover scenarios are derived from it. ttl 20 s is the least Patroni accepts. */
export const patroniTiming = { ttlS: 20 * slow, loopWaitS: Math.min(2 * slow, 10), retryTimeoutS: 5 * slow } as const;

/** A member of Patroni's store; its durability is under test, so it syncs to disk. It talks to who has the lab's certificate, and says to everybody how it does. */
export function dcsDaemons(lab: Lab, host: PlannedHost, machine: Machine): Daemon[] {
  writeCertificate(lab, machine, 'store');
  const peers = hostsOf(lab, 'dcs').map((peer) => `${peer.name}=https://${peer.address}:2380`);
  const trust = (prefix: string): string =>
    `--${prefix}client-cert-auth --${prefix}trusted-ca-file=${CERTIFICATE} --${prefix}cert-file=${CERTIFICATE} --${prefix}key-file=${KEY}`;
  const args = [
    // it warns of every request with a certificate that comes as JSON, as Patroni's do
    `exec /opt/holdfast/etcd/etcd --name=${host.name} --data-dir=${DCS_DISK}/etcd --log-level=error`,
    `--listen-client-urls=https://${host.address}:${STORE_PORT} --advertise-client-urls=https://${host.address}:${STORE_PORT} ${trust('')}`,
    `--listen-peer-urls=https://${host.address}:2380 --initial-advertise-peer-urls=https://${host.address}:2380 ${trust('peer-')}`,
    `--listen-metrics-urls=http://${host.address}:${STORE_HEALTH_PORT}`,
    `--initial-cluster=${peers.join(',')} --initial-cluster-token=${lab.record.name} --heartbeat-interval=${100 * slow} --election-timeout=${1000 * slow}`,
  ];
  return [{ name: 'etcd', run: args.join(' ') }];
}

/** Patroni and PostgreSQL on one database host. */
export function databaseDaemons(lab: Lab, host: PlannedHost, machine: Machine): Daemon[] {
  writeCertificate(lab, machine, 'store');
  writeHostFile(machine, 'patroni.json', JSON.stringify(patroniConfig(lab, host)), 0o600);
  writeHostFile(machine, 'postgresql.conf', INITIAL_CONFIG, 0o644);
  writeHostFile(machine, 'postgres', named(host.name), 0o755);
  writeHostFile(machine, 'pg_rewind', keepingRewind({ binDir: BIN_DIR, dataDir: DATA_DIR, database: DATABASE_NAME }), 0o755);
  if (isStuckAfterRejoin(lab)) writeHostFile(machine, 'stuck-replay', stuckReplay(SOCKET_DIR), 0o755);
  const owned = `/var/lib/postgresql ${DATA_DIR} ${SOCKET_DIR} /data/${KEPT_DIR}`;
  const run = [
    `mkdir -p ${owned} && chown -h postgres:postgres ${owned}`,
    `[ -L ${DATA_DIR} ] || chmod 0700 ${DATA_DIR}`,
    `chown -h postgres /data/patroni.json ${KEY}`,
    waitForStore(lab),
    'cd /var/lib/postgresql',
    `exec setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/var/lib/postgresql PATH=${BIN_DIR}:/usr/bin:/bin python3 -m patroni /data/patroni.json`,
  ];
  return [
    // on an empty disk it would try to copy from a leader that the store remembers, and be slow to let go of that
    { name: 'patroni', run: run.join('\n'), held: givenUp(lab) !== undefined },
    pgbackrestDaemon(lab, machine, databaseBackupConfig(lab, host, DATA_DIR)),
  ];
}

/** What a lab comes up with. */
export const defaultReplication: Replication = { mode: 'strict', commit: 'on' };

/** Settings that the whole database service shares, by how it replicates; kept in Patroni's store. */
export function dynamicConfig({ mode, commit, failsafe = false }: Replication, archiving: boolean) {
  return {
    ttl: patroniTiming.ttlS,
    loop_wait: patroniTiming.loopWaitS,
    retry_timeout: patroniTiming.retryTimeoutS,
    // an asynchronous standby may lag by what one second of writes makes, full-page images included
    maximum_lag_on_failover: 256 * 1024 * 1024,
    synchronous_mode: mode === 'strict',
    synchronous_mode_strict: mode === 'strict',
    primary_start_timeout: 0,
    failsafe_mode: failsafe,
    postgresql: {
      use_pg_rewind: true,
      use_slots: true,
      parameters: {
        max_connections: 500,
        synchronous_commit: commit,
        shared_buffers: '64MB',
        wal_level: 'replica',
        hot_standby: 'on',
        wal_log_hints: 'on',
        // slots keep what copies need; every segment that is there is copied by a rewind, and 28 of them took it 5 s
        wal_keep_size: '64MB',
        max_wal_size: '512MB',
        max_wal_senders: 10,
        max_replication_slots: 10,
        // one in the midst of a run would stall its commits; a reset makes one
        checkpoint_timeout: '30min',
        wal_receiver_status_interval: '1s',
        // a synchronous standby that is gone counts as one for so long, and every commit waits for it
        wal_sender_timeout: `${5 * slow}s`,
        track_commit_timestamp: 'on',
        ...archiveParameters(archiving),
        idle_in_transaction_session_timeout: '10s',
      },
    },
  };
}

function configOf(lab: Lab, { archiving, ...replication }: ServiceSettings): object {
  const config = dynamicConfig(replication, archiving);
  const { parameters, noArchiveTimeout } = sabotageOf(lab).database ?? {};
  const wrong = { ...parameters, ...(noArchiveTimeout === true ? { archive_timeout: '0' } : {}) };
  return { ...config, postgresql: { ...config.postgresql, parameters: { ...config.postgresql.parameters, ...wrong } } };
}

/* Whether the log goes to the repository, and how long a segment that is not full may wait. */
function archiveParameters(archiving: boolean): object {
  return {
    archive_mode: archiving ? 'on' : 'off',
    archive_command: pgbackrest('archive-push', '%p').join(' '),
    // a segment would be ended for it without an archive too
    archive_timeout: archiving ? `${ARCHIVE_TIMEOUT_S}s` : '0',
  };
}

/** State of every copy: who is synchronous as Patroni's store says, and whether it runs as each copy itself says; what the store remembers of a lost host is up to its ttl old. */
export async function clusterState(lab: Lab): Promise<CopyState[]> {
  const hosts = hostsOf(lab, 'database');
  const [cluster, own] = await Promise.all([askPatroni(lab, 'cluster'), Promise.all(hosts.map(askMember))]);
  const members = (cluster as { members?: PatroniMember[] }).members ?? [];
  return hosts.map(({ name }, index) => {
    const member = members.find((candidate) => candidate.name === name);
    const self = own[index];
    const leads = self?.role === 'primary' && member?.role === 'leader';
    return {
      name,
      role: leads ? 'primary' : 'replica',
      running: self?.state === 'running' && (leads || self.replication_state === 'streaming'),
      sync: member?.role === 'sync_standby',
      timeline: self?.timeline ?? 0,
      lagBytes: typeof member?.lag === 'number' ? member.lag : 0,
    };
  });
}

/** How the database service is set: how it replicates, and whether its log is archived. */
export interface ServiceSettings extends Replication {
  archiving: boolean;
}

/** What is stored in Patroni's configuration. */
export async function storedSettings(lab: Lab): Promise<ServiceSettings> {
  const config = (await askPatroni(lab, 'config')) as {
    synchronous_mode?: boolean;
    failsafe_mode?: boolean;
    postgresql?: { parameters?: { synchronous_commit?: CommitLevel; archive_mode?: string } };
  };
  return {
    mode: config.synchronous_mode === true ? 'strict' : 'async',
    commit: config.postgresql?.parameters?.synchronous_commit ?? 'on',
    failsafe: config.failsafe_mode === true,
    archiving: config.postgresql?.parameters?.archive_mode === 'on',
  };
}

/** Changes settings for the whole service; Patroni applies them in its next loop. */
export async function storeSettings(lab: Lab, settings: ServiceSettings): Promise<void> {
  await askPatroni(lab, 'config', {
    method: 'PATCH',
    body: JSON.stringify({ ...configOf(lab, settings), ...sabotageOf(lab).database?.patroni }),
  });
}

/** Of one copy, for a superuser. */
export function superuserDsn(lab: Lab, copy: string, database = DATABASE_NAME): string {
  return dsn({ user: 'postgres', password: lab.secrets.superuser, address: addressOf(lab, copy), database });
}

/** Of one copy for a session of the platform's own user. */
export function platformDsn(lab: Lab, copy: string): string {
  return dsn({ user: 'platform', password: lab.secrets.platform, address: addressOf(lab, copy), database: DATABASE_NAME });
}

/** Of one copy for the other one's subscription. */
export function replicatorDsn(lab: Lab, copy: string): string {
  const source = dsn({ user: 'replicator', password: lab.secrets.replication, address: addressOf(lab, copy), database: DATABASE_NAME });
  return `${source}?tcp_user_timeout=${5000 * slow}`;
}

/** Hosts with a copy of the database, whatever the pattern. */
export function copiesOf(lab: Lab): PlannedHost[] {
  return lab.plan.hosts.filter(({ role, database }) => role === 'database' || database === true);
}

function addressOf(lab: Lab, copy: string): string {
  const host = copiesOf(lab).find(({ name }) => name === copy);
  return `${host?.address}:${host?.database === true ? SITE_DATABASE_PORT : 5432}`;
}

/** Of one of the service's endpoints, for the platform of a site. */
export function endpointDsn(lab: Lab, endpoint: keyof typeof ENDPOINT_PORTS, site: string): string {
  const address = (detourOf(lab, site) ?? lab.plan.hosts.find(({ role }) => role === 'database-endpoint'))?.address;
  return dsn({
    user: 'platform',
    password: lab.secrets.platform,
    address: `${address}:${ENDPOINT_PORTS[endpoint]}`,
    database: DATABASE_NAME,
  });
}

/** The node of the first site by which another one is made to reach the database; undefined unless the lab is sabotaged so. */
export function detourOf(lab: Lab, site?: string): PlannedHost | undefined {
  const [first] = lab.plan.hosts.filter(({ role }) => role === 'node');
  return sabotageOf(lab).detour === true && site !== first?.site ? first : undefined;
}

function dsn(parts: { user: string; password: string; address: string; database: string }): string {
  return `postgres://${parts.user}:${parts.password}@${parts.address}/${parts.database}`;
}

interface PatroniMember {
  name: string;
  role: string;
  lag?: number | string;
}

interface PatroniSelf {
  state: string;
  role: string;
  timeline?: number;
  replication_state?: string;
}

/** What Patroni's API wants from who changes something. */
export function patroniCredentials({ secrets }: Pick<Lab, 'secrets'>): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${PATRONI_USER}:${secrets.patroni}`).toString('base64')}` };
}

/** What one copy says of itself; undefined when it does not answer. */
async function askMember(host: PlannedHost): Promise<PatroniSelf | undefined> {
  try {
    const response = await fetch(`http://${host.address}:${PATRONI_PORT}/patroni`, { signal: AbortSignal.timeout(limits.httpProbe) });
    return (await response.json()) as PatroniSelf;
  } catch {
    return undefined;
  }
}

async function askPatroni(lab: Lab, path: string, init: RequestInit = {}): Promise<unknown> {
  const asked = hostsOf(lab, 'database').map(async (host) => {
    const response = await fetch(`http://${host.address}:${PATRONI_PORT}/${path}`, {
      ...init,
      headers: patroniCredentials(lab),
      signal: AbortSignal.timeout(limits.httpProbe),
    });
    if (!response.ok) throw new Error(`Patroni at ${host.name} answered ${response.status} to ${path}`);
    return response.json();
  });
  return Promise.any(asked);
}

function patroniConfig(lab: Lab, host: PlannedHost): object {
  const { secrets } = lab;
  return {
    scope: SCOPE,
    name: host.name,
    namespace: NAMESPACE,
    restapi: {
      listen: `${host.address}:${PATRONI_PORT}`,
      connect_address: `${host.address}:${PATRONI_PORT}`,
      // of who changes something; everybody may look
      authentication: { username: PATRONI_USER, password: secrets.patroni },
    },
    etcd3: {
      hosts: hostsOf(lab, 'dcs').map((dcs) => `${dcs.address}:${STORE_PORT}`),
      protocol: 'https',
      cacert: CERTIFICATE,
      cert: CERTIFICATE,
      key: KEY,
    },
    bootstrap: {
      dcs: configOf(lab, { ...defaultReplication, archiving: false }),
      ...bootstrapMethod(wantedRestore(lab)),
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums'],
      pg_hba: accessRules(lab),
    },
    postgresql: {
      listen: `${host.address},127.0.0.1:5432`,
      connect_address: `${host.address}:5432`,
      data_dir: DATA_DIR,
      bin_dir: BIN_DIR,
      bin_name: { postgres: '/data/postgres', pg_rewind: '/data/pg_rewind' },
      pgpass: '/var/lib/postgresql/.pgpass',
      pg_hba: accessRules(lab),
      use_unix_socket: true,
      use_unix_socket_repl: true,
      authentication: {
        superuser: { username: 'postgres', password: secrets.superuser },
        replication: { username: 'replicator', password: secrets.replication },
      },
      custom_conf: '/data/postgresql.conf',
      parameters: { unix_socket_directories: SOCKET_DIR },
      basebackup: [{ checkpoint: 'fast' }],
      ...(isStuckAfterRejoin(lab) ? { callbacks: { on_role_change: '/data/stuck-replay' } } : {}),
    },
  };
}

/** Stands for what initdb wrote, beside Patroni's parameters. */
const INITIAL_CONFIG = "timezone = 'Etc/UTC'\nlog_timezone = 'Etc/UTC'\n";

/**
 * A stand-in for postgres that gives its server the name of the copy. A configuration would not keep it: a Patroni that joins a running server
 * leaves out what pg_settings does not list, and one that writes its file anew empties it first, as a session may find it.
 */
function named(copy: string): string {
  return `#!/bin/sh
case "$1" in
  --*) exec ${BIN_DIR}/postgres "$@" ;;
  *) exec ${BIN_DIR}/postgres -c holdfast.copy=${copy} "$@" ;;
esac
`;
}

function isStuckAfterRejoin(lab: Lab): boolean {
  return sabotageOf(lab).database?.stuckAfterRejoin === true;
}

function wantedRestore(lab: Lab): Partial<Restore> {
  const { to, ...rest } = givenUp(lab) ?? {};
  return to === undefined || sabotageOf(lab).database?.restoresToTheEnd === true ? rest : { ...rest, to };
}

function accessRules(lab: Lab): string[] {
  const from = [lab.plan.range, '127.0.0.1/32'];
  const remote = from.flatMap((range) => [`host replication replicator ${range} scram-sha-256`, `host all all ${range} scram-sha-256`]);
  return ['local all all trust', 'local replication all trust', ...remote];
}

/** Patroni that finds no store waits 5 s before it asks again; asking first, one member after the other and for at most 20 s, starts it when it can succeed. */
function waitForStore(lab: Lab): string {
  const addresses = hostsOf(lab, 'dcs').map(({ address }) => address);
  const ask = `curl -sf -m ${Math.ceil(slow)} -o /dev/null http://$1:${STORE_HEALTH_PORT}/health`;
  return `set -- ${addresses.join(' ')}\nfor i in $(seq 200); do ${ask} && break; set -- "$@" $1; shift; sleep ${askPauseS}; done`;
}

function hostsOf(lab: Lab, role: PlannedHost['role']): PlannedHost[] {
  return lab.plan.hosts.filter((host) => host.role === role);
}
