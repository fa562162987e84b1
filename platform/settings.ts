import { hostname } from 'node:os';

/** Who answers: named in every answer of the platform. */
export interface Identity {
  site: string;
  pod: string;
  node: string;
}

/** Everything a process of the platform takes from its environment. */
export interface Settings {
  identity: Identity;
  port: number;
  databaseRw: string;
  databaseRo: string;
  /** the API of the other site, where each site has a database of its own: its nodes, each by its URL */
  peers: string[];
  /** writes go on to the other site while that is the writing one; otherwise they are refused */
  forwardWrites: boolean;
  /** most connections for writes */
  poolRw: number;
  /** most connections for reads that ask for the primary */
  poolPrimary: number;
  /** most connections for reads that ask for a replica */
  poolRo: number;
  /** longest wait for a database connection, new or from the pool */
  connectMs: number;
  /** all database work of one request ends within this */
  requestMs: number;
  /** how long a stopping pod goes on serving so that endpoints and balancer notice */
  drainMs: number;
  /** a control: the health check answers 200 whatever the database does */
  blindHealthCheck: boolean;
  /** a control: the health check writes a page to the database, and is only good when that was committed */
  writingHealthCheck: boolean;
  /** a control: the health check answers 503 in every other period of this length; 0: it does not */
  flappingHealthCheckMs: number;
  /** a control: reads that ask for the primary go to the read-only endpoint */
  primaryReadsAtReplica: boolean;
  /** a control: a worker records completions in one transaction and removes the jobs in the next, of all shards */
  jobsInTwoSteps: boolean;
  /** a control: a worker listens for work in its first session only */
  listensOnce: boolean;
  /** a control: an idle connection that is lost ends the process, as an error that nobody handles does */
  exitOnLostConnection: boolean;
  /** a control: an API process that is told to end does so at once, whatever is under way */
  exitsAtOnce: boolean;
  /** a control: every request opens a connection of its own */
  connectionPerRequest: boolean;
  /** a control: every read of a change says "found" */
  foundWithoutAsking: boolean;
  /** a control: a change is read from a cache that is filled before its COMMIT, for a second */
  cachesBeforeCommit: boolean;
  /** a control: after a change of timeline, changes that are older than this are not found; ms; 0: they are */
  forgetsMs: number;
  /** a control: a worker takes no shards */
  takesNoShards: boolean;
  /** a control: an API process has a wrong password for its writes */
  wrongWritePassword: boolean;
  /** a control: an API process has a wrong address for its writes */
  noWritePath: boolean;
  /** a control: an API process has a wrong address for reads that ask for a replica */
  noReplicaPath: boolean;
}

type Environment = Record<string, string | undefined>;

/** Reads the settings of a process from its environment and refuses what cannot work. */
export function settingsFrom(env: Environment): Settings {
  const identity = {
    site: text(env, 'HOLDFAST_SITE'),
    pod: env.HOLDFAST_POD || hostname(),
    node: env.HOLDFAST_NODE || 'unknown',
  };
  /** whether a control names the site or the node of this process */
  const isHere = (name: string): boolean => [identity.site, identity.node].includes(env[name] ?? '');
  const databaseRw = text(env, 'DATABASE_RW');
  return {
    identity,
    port: count(env, 'PORT', 8080),
    databaseRw,
    databaseRo: env.DATABASE_RO || databaseRw,
    peers: (env.PEERS ?? '').split(' ').filter(Boolean),
    forwardWrites: env.FORWARD_WRITES === '1',
    poolRw: count(env, 'POOL_RW', 16),
    poolPrimary: count(env, 'POOL_PRIMARY', 4),
    poolRo: count(env, 'POOL_RO', 6),
    connectMs: count(env, 'CONNECT_TIMEOUT_MS', 800),
    requestMs: count(env, 'REQUEST_TIMEOUT_MS', 1600),
    drainMs: count(env, 'DRAIN_MS', 1500, 0),
    blindHealthCheck: env.BLIND_HEALTHCHECK === '1',
    writingHealthCheck: env.WRITING_HEALTHCHECK === '1',
    flappingHealthCheckMs: count(env, 'FLAPPING_HEALTHCHECK', 0),
    primaryReadsAtReplica: env.PRIMARY_READS_AT_REPLICA === '1',
    jobsInTwoSteps: env.JOBS_IN_TWO_STEPS === '1',
    listensOnce: env.LISTENS_ONCE === '1',
    exitOnLostConnection: env.EXIT_ON_LOST_CONNECTION === '1',
    exitsAtOnce: env.EXIT_AT_ONCE === '1',
    connectionPerRequest: env.CONNECTION_PER_REQUEST === '1',
    foundWithoutAsking: env.FOUND_WITHOUT_ASKING === '1',
    cachesBeforeCommit: env.CACHES_BEFORE_COMMIT === '1',
    forgetsMs: count(env, 'FORGETS_AFTER_FAILOVER', 0, 0),
    takesNoShards: isHere('NO_SHARDS_AT'),
    wrongWritePassword: isHere('WRONG_WRITE_PASSWORD_AT'),
    noWritePath: isHere('NO_WRITE_PATH_AT'),
    noReplicaPath: isHere('NO_REPLICA_PATH_AT'),
  };
}

function text(env: Environment, name: string): string {
  const value = env[name];
  if (value) return value;
  throw new Error(`Expected the environment variable ${name}, came ${JSON.stringify(value)}: set it in the Deployment.`);
}

function count(env: Environment, name: string, otherwise: number, least = 1): number {
  const value = env[name];
  if (value === undefined || value === '') return otherwise;
  const number = Number(value);
  if (Number.isInteger(number) && number >= least) return number;
  throw new Error(`Expected ${name} to be a whole number of at least ${least}, came ${JSON.stringify(value)}: correct or unset it.`);
}
