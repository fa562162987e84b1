import { UsageError } from '../../support/errors.ts';
import type { Lab } from './store.ts';

/** What a deliberately wrong installation has instead of the lab's own settings. */
export interface Sabotage {
  /** the mistake, in a sentence without its end */
  what: string;
  pods?: {
    /** settings of every process of the platform */
    environment?: Readonly<Record<string, string>>;
    /** all pods of a site run on its last node */
    onOneNode?: true;
    /** s from the start of a pod's container until Kubernetes asks whether it is ready */
    readyAfterS?: number;
  };
  balancer?: {
    interMs?: number;
    fall?: number;
    rise?: number;
    timeoutMs?: number;
    redispatch?: false;
    /** asks a site's control plane for its health, not the platform */
    asks?: 'control-plane';
    /** weight of every site but the first; percent of its own */
    otherSitesWeight?: number;
    /** a drain ends what is under way at the site */
    drainCuts?: true;
    /** connections of clients that it takes in its life; it refuses all further ones */
    mostConnections?: number;
  };
  endpoint?: {
    interMs?: number;
    fall?: number;
    rise?: number;
  };
  database?: {
    /** settings of Patroni for the whole service, once it is up */
    patroni?: Readonly<Record<string, unknown>>;
    parameters?: Readonly<Record<string, string>>;
    /** settings of the platform's role */
    role?: Readonly<Record<string, string>>;
    /** the platform is told the address of who leads when its pods are made, not that of the endpoint */
    addressReadOnce?: true;
    /** no segment of the log is ended for the archive before it is full */
    noArchiveTimeout?: true;
    /** a restore goes to the end of the archive, whatever time is asked for */
    restoresToTheEnd?: true;
    /** a leader that was deposed replays nothing more once it follows again */
    stuckAfterRejoin?: true;
  };
  /** a daemon that no supervisor starts again, by its host's role */
  unsupervised?: { role: 'load-balancer'; daemon: string };
  /** the second site reaches the database by a node of the first */
  detour?: true;
}

/** Deliberate mistakes, by name: what a scenario is worth shows in those that it catches. */
export const SABOTAGES = {
  'local-commits': {
    what: 'the platform’s role commits with synchronous_commit=local: nothing waits for a standby',
    database: { role: { synchronous_commit: 'local' } },
  },
  'commits-before-apply': {
    what: 'the platform’s role commits with synchronous_commit=on where remote_apply is the reference',
    database: { role: { synchronous_commit: 'on' } },
  },
  'long-ttl': {
    what: 'Patroni’s ttl is 60 s',
    database: { patroni: { ttl: 60 } },
  },
  'forgotten-maintenance': {
    what: 'Patroni was left in maintenance mode: it changes no leader by itself',
    database: { patroni: { pause: true } },
  },
  'no-failsafe': {
    what: 'Patroni’s failsafe mode is off where it is the reference',
    database: { patroni: { failsafe_mode: false } },
  },
  'default-sender-timeout': {
    what: 'wal_sender_timeout is PostgreSQL’s default of 60 s',
    database: { parameters: { wal_sender_timeout: '60s' } },
  },
  'address-read-at-start': {
    what: 'the platform reads the address of the database’s leader once, when its pods are made',
    database: { addressReadOnce: true },
  },
  'no-archive-timeout': {
    what: 'the log is archived by full segments only: archive_timeout is 0',
    database: { noArchiveTimeout: true },
  },
  'restore-to-the-end': {
    what: 'a restore goes to the end of the archive, whatever time is asked for',
    database: { restoresToTheEnd: true },
  },
  'stuck-replay-after-a-rejoin': {
    what: 'a leader that was deposed comes back as a replica whose replay stays paused',
    database: { stuckAfterRejoin: true },
  },
  'slow-endpoint': {
    what: 'the database’s endpoint looks every 5 s, and believes the third look',
    endpoint: { interMs: 5000, fall: 3, rise: 3 },
  },
  'blind-health-check': {
    what: 'the health check says 200 whatever the database does',
    pods: { environment: { BLIND_HEALTHCHECK: '1' } },
  },
  'writing-health-check': {
    what: 'the health check writes to the database, and is bad where that cannot be',
    pods: { environment: { WRITING_HEALTHCHECK: '1' } },
  },
  'slow-health-check': {
    what: 'the load balancer looks every 5 s, and believes the third look',
    balancer: { interMs: 5000, fall: 3 },
  },
  'slow-return': {
    what: 'the load balancer takes a site back after twenty good looks in a row',
    balancer: { rise: 20 },
  },
  'hasty-health-check': {
    what: 'a health check may take 100 ms',
    balancer: { timeoutMs: 100 },
  },
  'control-plane-as-health': {
    what: 'the load balancer asks a site’s control plane for its health, not the platform',
    balancer: { asks: 'control-plane' },
  },
  'forgotten-weight': {
    what: 'the load balancer gives every site but the first a tenth of its weight',
    balancer: { otherSitesWeight: 10 },
  },
  'no-redispatch': {
    what: 'the load balancer tries no other server when one does not take a connection',
    balancer: { redispatch: false },
  },
  'slow-start': {
    what: 'a pod takes requests half a minute after its start',
    pods: { readyAfterS: 30 },
  },
  'pods-on-one-node': {
    what: 'all pods of a site run on one of its nodes',
    pods: { onOneNode: true },
  },
  'drain-that-cuts': {
    what: 'a site that is drained has what is under way there ended at once',
    balancer: { drainCuts: true },
  },
  'unsupervised-balancer': {
    what: 'nobody starts the load balancer again',
    unsupervised: { role: 'load-balancer', daemon: 'haproxy' },
  },
  'abrupt-shutdown': {
    what: 'a pod that is told to end does so at once, whatever is under way',
    pods: { environment: { EXIT_AT_ONCE: '1' } },
  },
  'no-client-timeouts': {
    what: 'the platform waits two minutes for its database',
    pods: { environment: { CONNECT_TIMEOUT_MS: '120000', REQUEST_TIMEOUT_MS: '120000' } },
  },
  'small-pools': {
    what: 'a pod has one connection for writes',
    pods: { environment: { POOL_RW: '1' } },
  },
  'crash-on-lost-connection': {
    what: 'a connection that is lost while idle ends the process of its pod',
    pods: { environment: { EXIT_ON_LOST_CONNECTION: '1' } },
  },
  'connection-per-request': {
    what: 'the platform opens a database connection for each request',
    pods: { environment: { CONNECTION_PER_REQUEST: '1' } },
  },
  'reads-from-any-copy': {
    what: 'reads that ask for the primary go to the read-only endpoint',
    pods: { environment: { PRIMARY_READS_AT_REPLICA: '1' } },
  },
  'no-replica-path-at-a-site': {
    what: 'the platform of the second site has a wrong address for reads of replicas',
    pods: { environment: { NO_REPLICA_PATH_AT: 'b' } },
  },
  'broken-pod': {
    what: 'the platform on one node has a wrong address for writes',
    pods: { environment: { NO_WRITE_PATH_AT: 'a1' } },
  },
  'wrong-write-password-at-a-site': {
    what: 'the platform of the second site has a wrong password for writes',
    pods: { environment: { WRONG_WRITE_PASSWORD_AT: 'b' } },
  },
  'forgetful-after-a-failover': {
    what: 'after a failover the platform finds no change that is older than 3 s',
    pods: { environment: { FORGETS_AFTER_FAILOVER: '3000' } },
  },
  'cache-before-commit': {
    what: 'the platform reads a change from a cache that it fills before COMMIT',
    pods: { environment: { CACHES_BEFORE_COMMIT: '1' } },
  },
  'found-without-asking': {
    what: 'the platform says of every change that it is there',
    pods: { environment: { FOUND_WITHOUT_ASKING: '1' } },
  },
  'idle-worker-at-a-site': {
    what: 'the worker of the second site takes no shards',
    pods: { environment: { NO_SHARDS_AT: 'b' } },
  },
  'no-new-connections': {
    what: 'the load balancer takes no connection beyond the 1,500th of its life',
    balancer: { mostConnections: 1500 },
  },
  'jobs-in-two-steps': {
    what: 'a worker takes jobs of all shards, records their completion in one transaction and removes them in the next',
    pods: { environment: { JOBS_IN_TWO_STEPS: '1' } },
  },
  'listens-once': {
    what: 'a worker listens for work in its first session only',
    pods: { environment: { LISTENS_ONCE: '1' } },
  },
  'detour-by-the-other-site': {
    what: 'the second site reaches the database by a node of the first one',
    detour: true,
  },
} as const satisfies Readonly<Record<string, Sabotage>>;
export type SabotageName = keyof typeof SABOTAGES;

/** The name of a sabotage; a UsageError lists the known ones. */
export function sabotageNamed(name: string): SabotageName {
  if (Object.hasOwn(SABOTAGES, name)) return name as SabotageName;
  throw new UsageError(`unknown sabotage "${name}": expected one of ${Object.keys(SABOTAGES).join(', ')}`);
}

/** What is deliberately wrong in a lab; nothing, unless it was brought up so. */
export function sabotageOf({ record }: Pick<Lab, 'record'>): Partial<Sabotage> {
  const name = record.shape.sabotage;
  return name === undefined ? {} : SABOTAGES[sabotageNamed(name)];
}
