/** What a scenario may know of the installation under test; a provider (the lab) implements it. */

import type { LedgerEntry } from '../platform/ledger.ts';

/** recommended: one database service outside the sites. supported: a database inside each, the second one following the first */
export const PATTERNS = ['recommended', 'supported'] as const;
export type Pattern = (typeof PATTERNS)[number];
/** reads-at-both: reads go to every site, writes to the first that is there */
export const ROUTING_POLICIES = ['active-active', 'active-passive', 'reads-at-both'] as const;
export type RoutingPolicy = (typeof ROUTING_POLICIES)[number];
/** strict: synchronous, writes stop without a synchronous standby; async: no promise */
export type ReplicationMode = 'strict' | 'async';
/** how far a write has come at the synchronous standby when it is acknowledged: on: to its disk; remote_apply: to its readers too */
export type CommitLevel = 'on' | 'remote_apply';
/** default: as Kubernetes comes (a silent node is given up after 50 s); tuned: after 10 s */
export type NodeTimings = 'default' | 'tuned';
export interface Replication {
  mode: ReplicationMode;
  commit: CommitLevel;
  /** the leader leads on without the store while it reaches every other copy (Patroni's failsafe mode); default: it gives up */
  failsafe?: boolean;
  /** supported pattern: whether what the follower has confirmed is on its disk; off is a control */
  follower?: 'on' | 'off';
}
export type HostRole = 'node' | 'database' | 'dcs' | 'database-endpoint' | 'backup' | 'load-balancer' | 'client' | 'observer';
export type HostState = 'running' | 'frozen' | 'off';

/** The file system of a host for the data of its service. */
export interface Disk {
  /** where it is mounted on the host */
  readonly at: string;
  /** whose program writes there */
  readonly user: string;
  /** takes every block that is left; a power-off and a boot change nothing in that */
  fill(): Promise<void>;
  /** gives them back; nothing where none were taken */
  free(): Promise<void>;
}

/** Anything with its own kernel network namespace. */
export interface Host {
  readonly name: string;
  readonly role: HostRole;
  readonly address: string;
  /** site of a node */
  readonly site?: string;
  /** answers any HTTP status while the host's own daemons work; how a fault is proven from another host */
  readonly aliveUrl?: string;
  /** a file system of its own for its data; absent where there is none */
  readonly disk?: Disk;
  state(): Promise<HostState>;
  /** ends every process at once, silently to its peers; returns when none is left */
  powerOff(): Promise<void>;
  /** starts the same disks again; returns when its process 1 supervises the daemons */
  boot(): Promise<void>;
  /** stops every process; the kernel goes on accepting connections */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** programs that the host supervises, by name */
  daemons(): string[];
  /** answers any HTTP status while that program works, for those that can be asked */
  daemonUrl(daemon: string): string | undefined;
  /** number of that program's process on the host, as its supervisor knows it; undefined when it does not run */
  process(daemon: string): number | undefined;
  /** stop: in good order, and it stays so; start: also where it runs; kill: SIGKILL, after which its supervisor starts it again */
  control(daemon: string, action: 'stop' | 'start' | 'kill'): Promise<void>;
}

/** A pod of the platform. */
export interface PodState {
  name: string;
  /** another one of the same name has another */
  uid: string;
  node: string;
  /** it is being deleted: it ends what it has begun, and may answer still */
  ending: boolean;
  /** starts of its containers beyond the first */
  restarts: number;
  /** a container of it has ended, and none runs in its place: soon after another end the kubelet waits before it starts the next */
  down?: boolean;
}

/** What the api's health check at a site says: what it sees, 200 whatever happens, or 503 in every other period. */
export type HealthCheck = { kind: 'honest' } | { kind: 'blind' } | { kind: 'flapping'; everyMs: number };

export interface Site {
  readonly name: string;
  readonly nodes: readonly Host[];
  /** what it lacks to serve, the nodes and every pod of the platform asked; undefined: it serves */
  lack(): Promise<string | undefined>;
  /** its pods of one kind, "api" or "worker" */
  pods(app: string): Promise<PodState[]>;
  /** how many it is asked to have */
  replicas(app: string): Promise<number>;
  scale(app: string, replicas: number): Promise<void>;
  /** replaces them one after the other */
  restart(app: string): Promise<void>;
  /** without a grace: in good order */
  deletePods(app: string, names: readonly string[], graceS?: number): Promise<void>;
  /** as a drain does, within their disruption budget; rejects when that is used up */
  evict(names: readonly string[]): Promise<void>;
  /** kills a pod's programs on its node */
  killContainers(app: string, pod: string): Promise<void>;
  /** where the load balancer asks for the site's health, by node */
  readonly healthCheckUrls: Readonly<Record<string, string>>;
  /** rolls out a release of the api with such a health check; nothing where it has it already */
  releaseHealthCheck(check: HealthCheck): Promise<void>;
  /** whether a node takes pods */
  isSchedulable(node: string): Promise<boolean>;
  setSchedulable(node: string, schedulable: boolean): Promise<void>;
}

/** A program of ours that runs on a host. */
export interface Program {
  /** resolves when it has ended; never rejects */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>;
  signal(name: 'TERM' | 'KILL'): Promise<void>;
}

/** A host on which the suite's own programs run; a power-off ends whatever an earlier run left there. */
export interface Workplace extends Host {
  /** a folder of this host's disk: its path there and its path here */
  readonly folder: { inside: string; outside: string };
  /** programs that are there, by name (`k6`, `node`) */
  readonly programs: Readonly<Record<string, string>>;
  /** with `endWithCaller` it is killed when the process that started it ends in whatever way */
  start(
    name: string,
    file: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    options?: { endWithCaller?: boolean },
  ): Program;
  /** whether the program that was last started under that name lives */
  isRunning(name: string): Promise<boolean>;
  /** kills it with all that it started; nothing where it has ended */
  end(name: string): Promise<void>;
}

/** The unexplained or explained end of something that a host supervises; "host" is process 1 itself. */
export interface DaemonEnd {
  host: string;
  daemon: string;
  /** ns of CLOCK_MONOTONIC */
  atNs: bigint;
  code: number;
  signal: number;
}

/** Ways of breaking things that a machine may lack: stopping every process of a host, dropping and refusing packets, delaying and losing some, disks of bounded size. */
export const MECHANISMS = ['freezer', 'packet filter', 'lines', 'disks'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** One direction of traffic between two hosts. */
export interface Path {
  from: string;
  to: string;
}

/** What the router does to the packets of a path. */
export type Impairment =
  /** they vanish */
  | { kind: 'drop' }
  /** TCP segments are answered with a reset, all others as unreachable */
  | { kind: 'reset' }
  /** TCP segments of connections that were made before vanish, whoever sends them; connections that are made since pass, and so does all else. A second call forgets again */
  | { kind: 'forget' }
  /** they come later, in order, or do not come; all paths of one call share its line */
  | { kind: 'line'; delayMs?: number; jitterMs?: number; loss?: number; bytesPerSecond?: number };

export interface Router {
  /** impairs these paths until `ttlMs` has passed; then it ends, whoever lives. A path that is impaired in that way already gets the new end */
  impair(paths: readonly Path[], impairment: Impairment, ttlMs: number): Promise<void>;
  /** ends impairments of one kind */
  mend(paths: readonly Path[], kind: Impairment['kind']): Promise<void>;
  /** what is impaired now; `idle`: what should impair it has ended, and packets pass as ever */
  impaired(): Promise<(Path & { kind: Impairment['kind']; idle?: true })[]>;
}

export interface CopyState {
  readonly name: string;
  readonly role: 'primary' | 'replica';
  readonly running: boolean;
  /** standby: it is the synchronous one */
  readonly sync: boolean;
  /** PostgreSQL's, or, where each site has a database of its own, the epoch of the writer that it follows */
  readonly timeline: number;
  readonly lagBytes: number;
}

export interface DatabaseService {
  readonly hosts: readonly Host[];
  /** what the service itself says of its copies, asked of any that answers */
  copies(): Promise<CopyState[]>;
  primary(): Promise<Host>;
  standbys(): Promise<Host[]>;
  /** connection string of one copy for the observer and the final state */
  dsn(copy: string): string;
  readonly replication: () => Promise<Replication>;
  /** transactions of a copy that have committed there and wait for its synchronous standby, by their 64-bit number */
  waiting(copy: string): Promise<string[]>;
  /** cancels every such wait, as an administrator or a driver's cancel would; how many there were */
  cancelWaits(copy: string): Promise<number>;
  /** those of some transactions that others at the copy can see as committed */
  committed(copy: string, transactions: readonly string[]): Promise<string[]>;
  /** asks the service for a planned change of leader, away from a copy; a UsageError where a runbook does that */
  switchOver(from: string): Promise<void>;
  /** kills the server of a copy; its host lives on */
  killServer(copy: string): Promise<void>;
  /** when the server of a copy was started, as it says itself; undefined when it does not answer */
  serverStarted(copy: string): Promise<string | undefined>;
  /** sessions of the platform at a copy, by the number of their backend */
  sessions(copy: string): Promise<number[]>;
  /** ends all of them; how many there were */
  terminateSessions(copy: string): Promise<number>;
  /** takes every session that a copy gives to others than superusers, and each that becomes free, until `ttlMs` has passed; then it ends, whoever lives */
  occupySessions(copy: string, ttlMs: number): Promise<void>;
  /** whether they are being taken */
  sessionsOccupied(copy: string): boolean;
  /** gives them back; nothing where none were taken */
  releaseSessions(copy: string): Promise<void>;
  /** what becomes of a new session of the platform at a copy: "accepted", the SQLSTATE of its refusal, or undefined when there is no answer */
  trySession(copy: string): Promise<string | undefined>;
  setReplayPaused(copy: string, paused: boolean): Promise<void>;
  /** never at a copy that leads; undefined for one that does not answer */
  replayPaused(copy: string): Promise<boolean | undefined>;
  readonly backups: Backups;
  /** takes the power of every copy's host, and its disk with all that is on it */
  destroy(): Promise<void>;
  /** copies whose disk is there, by their hosts */
  remains(): string[];
  /** rows of a run, as a final state has them, that copies held when they were deposed as primary since then; by copy */
  deposedRows(asked: { run: string; since: Date }): Map<string, AsyncIterable<Record<string, unknown>>>;
}

/** A full backup of the database service. */
export interface Backup {
  readonly name: string;
  readonly endedAt: Date;
  /** of the database, before it was compressed */
  readonly bytes: number;
}

/** Backups of the database service in a repository on a host of its own, and the archive of its log there. */
export interface Backups {
  /** takes a full one while the service works, and archives the log from then on */
  take(): Promise<Backup>;
  /** why the service could not be restored to a time, or to the end of the archive; undefined: it could */
  lack(to?: Date): Promise<string | undefined>;
  /** brings everything that was written until now to the archive */
  archiveAll(): Promise<void>;
  /**
   * makes the service anew from them: as it was at a time, or up to the end of the archive; what was written after that is gone. Returns when
   * a copy leads. `ifDestroyed`: only one that was destroyed and is not restored yet; the hosts of another are booted, no more
   */
  restore(asked: { to?: Date; ifDestroyed?: boolean }): Promise<void>;
}

export type BackendStatus = 'UP' | 'DOWN' | 'DRAIN' | 'MAINT';

export interface Balancer {
  readonly host: Host;
  /** address for clients */
  readonly url: string;
  /** requests of clients since the load balancer was started */
  requests(): Promise<number>;
  /** status of each server, by `site/node` */
  backends(): Promise<Record<string, BackendStatus>>;
  /** takes a site out for new requests, or back */
  setDrained(site: string, drained: boolean): Promise<void>;
  /** weight of each server in percent of its own, by `site/node` */
  weights(): Promise<Record<string, number>>;
  /** sets the weight of every server of a site, in percent of its own */
  setWeight(site: string, percent: number): Promise<void>;
  /** makes a site the one that requests go to; no other site gets any, but in place of the first one where the routing policy says so. Until the reference state is restored, or another site is named */
  direct(site: string): Promise<void>;
}

/** The state in which a scenario begins. */
export interface ReferenceState {
  routing: RoutingPolicy;
  replication: ReplicationMode;
  /** default: on */
  commit?: CommitLevel;
  /** recommended pattern: the leader leads on without the store while it reaches every other copy; default: it gives up */
  failsafe?: boolean;
  /** how soon a silent node is given up; default: as Kubernetes comes */
  nodeTimings?: NodeTimings;
  /** default: on where replication is strict, otherwise off */
  follower?: 'on' | 'off';
  /** supported pattern: what becomes of a write at the site that follows; default: refuse */
  writesAtFollower?: 'refuse' | 'forward';
  /** recommended pattern: whether the log is archived, so that backups can be taken and restored; default: off */
  archive?: 'off' | 'on';
}

/** A question that a host asks over HTTP or HTTPS: a URL of an address and a port. */
export interface Question {
  from: string;
  url: string;
}

/** What came of a question: any HTTP status is an answer; a break is a connection that ended without one. */
export interface Answer {
  came: 'answer' | 'refusal' | 'unreachable' | 'silence' | 'break';
  /** until the connection stood; none when it never did */
  connectMs?: number;
  status?: number;
  /** the error in the words of the system */
  what?: string;
}

export interface Topology {
  readonly name: string;
  readonly pattern: Pattern;
  /** a deliberate mistake that it was built with, by name */
  readonly sabotage?: string;
  readonly sites: readonly Site[];
  readonly hosts: readonly Host[];
  readonly database: DatabaseService;
  readonly balancer: Balancer;
  readonly router: Router;
  readonly client: Workplace;
  readonly observer: Workplace;
  /** what uniquely names the boot of each host that is up, to find power losses that nobody planned */
  boots(): Record<string, string>;
  /** ends of supervised daemons since a time; ns of CLOCK_MONOTONIC */
  daemonEnds(sinceNs: bigint): DaemonEnd[];
  /** address of the load balancer's runtime API, for the observer */
  readonly runtimeApi: { host: string; port: number };
  /** address of an exclusive lock file of this topology */
  readonly lockFile: string;
  /** where a process that belongs to this topology leaves its identity (`<name>.json`), so that it is ended with it */
  readonly companionsDir: string;
  /** folder of the fault journal, which outlives runs */
  readonly journalDir: string;
  /** why a mechanism cannot be used here, and what would help; undefined when it can */
  lacking(mechanism: Mechanism): string | undefined;
  site(name: string): Site;
  host(name: string): Host;
  /** runs a command on a host, to see a fault from outside the injector; its exit code and output */
  probe(host: string, command: string[], timeoutMs: number): Promise<{ exitCode: number; stdout: string }>;
  /** asks all at once, each over a connection of its own and for so long; throws when a host cannot ask */
  ask(questions: readonly Question[], withinMs: number): Promise<Answer[]>;
  /** what the platform logged since then of the writes whose ids begin so, each before its COMMIT; as far as its logs are still there */
  writeLedger(wanted: { idsBeginWith: string; since: Date }): Promise<LedgerEntry[]>;
  /** what a runbook has to know of the sites beside the load balancer, in the words of its plan; a UsageError with the recommended pattern, where no runbook changes the writing site */
  runbookPlan(): Record<string, unknown>;
  /** brings everything to the reference state; uses the verbs above only, throws naming what did not come */
  reset(reference: ReferenceState): Promise<void>;
  versions(): Promise<Record<string, string>>;
}
