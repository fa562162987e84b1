import type {
  V1ConfigMap,
  V1Job,
  V1Namespace,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Secret,
  V1Service,
  V1StatefulSet,
  V1PodSpec,
  V1SecurityContext,
} from '@kubernetes/client-node';
import { grantsSql, SCHEMA_SQL } from './schema.ts';
import { oneWriterSql } from './one-writer.ts';
import { DATABASE_NAME } from './site.ts';

/** The PostgreSQL of one site, where each site has its own. */
export interface SiteDatabase {
  /** name of the image as the node already holds it */
  image: string;
  /** node that holds its volume */
  node: string;
  /** folder there, which is its volume */
  folder: string;
  /** port on every node, for the other site and the load balancer's side */
  nodePort: number;
  /** address of this server as the site's own pods reach it */
  address: string;
  /** network from which clients may come, CIDR */
  clients: string;
  /** of the first writer; above all that were given in earlier databases of these sites, for pods remember them */
  firstEpoch?: number;
  /** of letters and digits, "-" and "_": they become part of a URL */
  passwords: { postgres: string; platform: string; replicator: string };
  /** conninfo of the writing site's server; absent at the site that writes */
  follows?: { host: string; port: number };
  /** how many times slower than usual the machine is */
  slow?: number;
}

/** Any of the objects of a site's database. */
export type DatabaseObject =
  V1Namespace | V1Secret | V1ConfigMap | V1PersistentVolume | V1PersistentVolumeClaim | V1Service | V1StatefulSet | V1Job;

/** The namespace of a site's database, apart from the platform's. */
export const DATABASE_NAMESPACE = 'mintpress-database';
export const PUBLICATION = 'mintpress';
export const SUBSCRIPTION = 'mintpress';
/** Names the server's pod and its Service. */
export const DATABASE_APP = 'postgres';
export const SETUP_JOB = 'postgres-setup';
const DATA = '/var/lib/postgresql/data';
/** Names the volume of a site's database, and its class. */
export const DATABASE_VOLUME = 'site-database';

/** All Kubernetes objects of a site's database, in the order in which to apply them: the volume must be there before the claim, and the claim bound before its pod. */
export function siteDatabaseManifests(database: SiteDatabase): DatabaseObject[] {
  return [
    namespace,
    passwords(database),
    configuration(database),
    volume(database),
    claim,
    service(database),
    server(database),
    setupJob(database),
  ];
}

/** The Job that makes role, database, schema and publication, and at a site that follows its subscription. A second run of it changes nothing. */
export function setupJob(database: SiteDatabase): V1Job {
  const { slow = 1 } = database;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: SETUP_JOB, namespace: DATABASE_NAMESPACE },
    spec: {
      activeDeadlineSeconds: Math.ceil(180 * slow),
      backoffLimit: 20,
      template: {
        metadata: { labels: { app: SETUP_JOB } },
        spec: {
          ...alone,
          restartPolicy: 'OnFailure',
          containers: [
            {
              name: 'setup',
              image: database.image,
              imagePullPolicy: 'Never',
              command: ['sh', '/etc/postgres/setup.sh'],
              env: ['postgres', 'platform', 'replicator'].map((role) => ({
                name: `${role.toUpperCase()}_PASSWORD`,
                valueFrom: { secretKeyRef: { name: DATABASE_APP, key: role } },
              })),
              volumeMounts: [{ name: 'configuration', mountPath: '/etc/postgres' }],
              securityContext: unprivileged,
            },
          ],
          volumes: [{ name: 'configuration', configMap: { name: DATABASE_APP } }],
        },
      },
    },
  };
}

const namespace: V1Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: DATABASE_NAMESPACE } };

function passwords({ passwords: { postgres, platform, replicator } }: SiteDatabase): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: DATABASE_APP, namespace: DATABASE_NAMESPACE },
    type: 'Opaque',
    stringData: { postgres, platform, replicator },
  };
}

function configuration(database: SiteDatabase): V1ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: DATABASE_APP, namespace: DATABASE_NAMESPACE },
    data: {
      'postgresql.conf': settings(database),
      'pg_hba.conf': `local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ${database.clients} scram-sha-256\n`,
      'start.sh': START,
      'setup.sh': setupScript(database),
      'roles.sql': ROLES_SQL,
      'platform.sql': platformSql(database),
    },
  };
}

/** What decides on durability (synchronous_standby_names, synchronous_commit) is set at run time: it depends on who follows. */
function settings({ node, slow = 1 }: SiteDatabase): string {
  return `listen_addresses = '*'
unix_socket_directories = '/run'
wal_level = logical
# its compiler is not in the image; a statement over many rows would ask for it, and fail
jit = off
max_connections = 300
shared_buffers = 64MB
max_wal_size = 512MB
# one in the midst of a run would stall its commits; a reset makes one
checkpoint_timeout = 30min
max_wal_senders = 10
max_replication_slots = 10
track_commit_timestamp = on
idle_in_transaction_session_timeout = 10s
# a peer that is gone is found in seconds; its subscription connects again as soon
wal_sender_timeout = ${5 * slow}s
wal_receiver_timeout = ${5 * slow}s
wal_retrieve_retry_interval = 1s
wal_receiver_status_interval = 1s
holdfast.copy = '${node}'
`;
}

/* A server that lost its power within initdb would leave half a data folder: it gets its name when it is whole. */
const START = `set -eu
if [ ! -s ${DATA}/db/PG_VERSION ]; then
  printf %s "$POSTGRES_PASSWORD" > /run/password
  rm -rf ${DATA}/db.new
  initdb -D ${DATA}/db.new -U postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums --auth-local=trust --auth-host=scram-sha-256 --pwfile=/run/password
  mv ${DATA}/db.new ${DATA}/db
fi
exec postgres -D ${DATA}/db -c config_file=/etc/postgres/postgresql.conf -c hba_file=/etc/postgres/pg_hba.conf
`;

function setupScript({ address, nodePort, follows, slow = 1 }: SiteDatabase): string {
  // the deadline of all is the Job's; that of one statement, and of a peer that is silent, leaves time to ask again
  return `set -eu
export PGHOST=${address} PGPORT=${nodePort} PGUSER=postgres PGPASSWORD="$POSTGRES_PASSWORD" PGCONNECT_TIMEOUT=${Math.ceil(2 * slow)} PGOPTIONS='-c statement_timeout=${Math.ceil(20 * slow)}s'
to() { echo "dbname=$1 keepalives_idle=${Math.ceil(2 * slow)} keepalives_interval=1 keepalives_count=3 tcp_user_timeout=${Math.ceil(5000 * slow)}"; }
until pg_isready -q; do sleep 0.1; done
run() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
run -d "$(to postgres)" -f /etc/postgres/roles.sql
${follows === undefined ? '' : publicationThere(follows)}until run -d "$(to ${DATABASE_NAME})" -f /etc/postgres/platform.sql; do sleep 0.2; done
`;
}

/* A subscription to a publication that is not there yet would be made all the same, and follow nothing. */
function publicationThere({ host, port }: { host: string; port: number }): string {
  const ask = `PGPASSWORD="$REPLICATOR_PASSWORD" psql -X -A -t -h ${host} -p ${port} -U replicator -d "$(to ${DATABASE_NAME})"`;
  return `until [ "$(${ask} -c "SELECT count(*) FROM pg_publication WHERE pubname = '${PUBLICATION}'")" = 1 ]; do sleep 0.2; done\n`;
}

/* Everybody on the node may read a command line: psql takes passwords from its environment. */
const PASSWORDS = '\\getenv platform_password PLATFORM_PASSWORD\n\\getenv replicator_password REPLICATOR_PASSWORD\n';

const ROLES_SQL = `${PASSWORDS}SELECT 'CREATE ROLE ' || name || ' LOGIN' || option FROM (VALUES ('platform', ''), ('replicator', ' REPLICATION')) AS wanted (name, option)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \\gexec
ALTER ROLE platform PASSWORD :'platform_password';
ALTER ROLE replicator PASSWORD :'replicator_password';
GRANT pg_read_all_data TO replicator;
SELECT 'CREATE DATABASE ${DATABASE_NAME}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${DATABASE_NAME}') \\gexec
`;

/* A database that is new at a site that follows takes no writes from its first moment; one that was promoted since is left as it is. */
function platformSql({ follows, firstEpoch = 1, slow = 1 }: SiteDatabase): string {
  const fence =
    follows === undefined
      ? ''
      : `\\if :new
UPDATE writer SET writable = false;
ALTER ROLE platform IN DATABASE ${DATABASE_NAME} SET default_transaction_read_only = on;
\\endif
`;
  return `${PASSWORDS}BEGIN;
SELECT to_regclass('writer') IS NULL AS new \\gset
${SCHEMA_SQL}
${grantsSql('platform')}
\\if :new
UPDATE writer SET epoch = ${firstEpoch};
\\endif
${fence}${oneWriterSql(PUBLICATION)}
COMMIT;
${follows === undefined ? '' : subscriptionSql(follows, slow)}`;
}

/* Bounded, or a follower that was connecting while its writer's node came back goes on to send to the address of the pod before, for two minutes. */
function subscriptionSql({ host, port }: { host: string; port: number }, slow: number): string {
  const source = `'postgres://replicator:' || :'replicator_password' || '@${host}:${port}/${DATABASE_NAME}?tcp_user_timeout=${5000 * slow}'`;
  return `SELECT format('CREATE SUBSCRIPTION ${SUBSCRIPTION} CONNECTION %L PUBLICATION ${PUBLICATION} WITH (synchronous_commit = on)', ${source})
WHERE NOT EXISTS (SELECT FROM pg_subscription WHERE subname = '${SUBSCRIPTION}') AND NOT (SELECT writable FROM writer) \\gexec
`;
}

function volume({ node, folder }: SiteDatabase): V1PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: DATABASE_VOLUME },
    spec: {
      capacity: { storage: '2Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: DATABASE_VOLUME,
      local: { path: folder },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] },
      },
    },
  };
}

const claim: V1PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: DATABASE_APP, namespace: DATABASE_NAMESPACE },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: DATABASE_VOLUME, resources: { requests: { storage: '2Gi' } } },
};

function service({ nodePort }: SiteDatabase): V1Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: DATABASE_APP, namespace: DATABASE_NAMESPACE },
    spec: {
      type: 'NodePort',
      selector: { app: DATABASE_APP },
      ports: [{ name: 'postgres', port: 5432, targetPort: 5432, nodePort }],
    },
  };
}

const alone = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  dnsPolicy: 'Default',
} as const satisfies Partial<V1PodSpec>;

const unprivileged: V1SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

function server(database: SiteDatabase): V1StatefulSet {
  const { slow = 1 } = database;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: DATABASE_APP, namespace: DATABASE_NAMESPACE, labels: { app: DATABASE_APP } },
    spec: {
      replicas: 1,
      serviceName: DATABASE_APP,
      selector: { matchLabels: { app: DATABASE_APP } },
      template: {
        metadata: { labels: { app: DATABASE_APP } },
        spec: {
          ...alone,
          terminationGracePeriodSeconds: Math.ceil(10 * slow),
          initContainers: [
            {
              name: 'volume',
              image: database.image,
              imagePullPolicy: 'Never',
              command: ['sh', '-ec', `chown -h postgres ${DATA} && chmod 700 ${DATA}`],
              volumeMounts: [{ name: 'data', mountPath: DATA }],
              securityContext: { runAsUser: 0, allowPrivilegeEscalation: false },
            },
          ],
          containers: [
            {
              name: 'postgres',
              image: database.image,
              imagePullPolicy: 'Never',
              command: ['sh', '/etc/postgres/start.sh'],
              env: [{ name: 'POSTGRES_PASSWORD', valueFrom: { secretKeyRef: { name: DATABASE_APP, key: 'postgres' } } }],
              ports: [{ name: 'postgres', containerPort: 5432 }],
              readinessProbe: {
                exec: { command: ['pg_isready', '-q', '-h', '/run'] },
                periodSeconds: Math.ceil(slow / 2),
                timeoutSeconds: Math.ceil(2 * slow),
                failureThreshold: 3,
              },
              // SIGTERM alone would wait for every client to leave
              lifecycle: { preStop: { exec: { command: ['sh', '-c', 'kill -INT 1'] } } },
              volumeMounts: [
                { name: 'data', mountPath: DATA },
                { name: 'configuration', mountPath: '/etc/postgres' },
                { name: 'run', mountPath: '/run' },
              ],
              resources: { requests: { cpu: '100m', memory: '128Mi' } },
              securityContext: unprivileged,
            },
          ],
          volumes: [
            { name: 'configuration', configMap: { name: DATABASE_APP } },
            { name: 'data', persistentVolumeClaim: { claimName: DATABASE_APP } },
            { name: 'run', emptyDir: {} },
          ],
        },
      },
    },
  };
}
