import type { Answer, CopyState, Host, HostRole, HostState, Mechanism, PodState, Topology } from '../topology/model.ts';

export interface TopologySketch {
  /** sites whose pods are not ready */
  unready?: readonly string[];
  copies?: readonly CopyState[];
  /** hosts that do not run */
  states?: Readonly<Record<string, HostState>>;
  /** hosts with nothing that answers */
  mute?: readonly string[];
  /** transactions that wait for a standby, and those of them that others can see */
  waiting?: readonly string[];
  committed?: readonly string[];
  /** when servers were started */
  started?: string;
  sessions?: readonly number[];
  /** what becomes of a new session */
  session?: string;
  /** what comes of a question to a URL, asked from a host; the index counts those asked at once */
  answers?: (from: string, url: string, index: number) => Answer;
  /** what a process on a host says when it is run there */
  said?: string;
  boots?: Readonly<Record<string, string>>;
  /** mechanisms that its machine lacks, with what would help */
  lacks?: Partial<Record<Mechanism, string>>;
  replayPaused?: boolean;
  /** what the router impairs already */
  impaired?: Awaited<ReturnType<Topology['router']['impaired']>>;
  /** pods of every kind at every site, how many are wanted, and whether nodes take pods */
  pods?: readonly PodState[];
  wanted?: number;
  schedulable?: boolean;
  pattern?: Topology['pattern'];
  /** whether there is a backup, and copies whose disk is there */
  backup?: boolean;
  remains?: readonly string[];
}

/** Two sites of two nodes, three database copies and what stands around them, as data: it can be asked, nothing can be done to it. */
export function sketchTopology({
  unready = [],
  copies = COPIES,
  mute = [],
  waiting = [],
  committed = [],
  ...rest
}: TopologySketch = {}): Topology {
  const {
    started,
    session,
    said,
    answers,
    boots = {},
    lacks = {},
    sessions = [],
    replayPaused,
    impaired = [],
    pods = [],
    wanted = 2,
    schedulable = true,
    pattern = 'recommended',
    backup = true,
    remains = ['db1', 'db2', 'db3'],
    states = {},
  } = rest;
  const hosts = HOSTS.map(([name, role, site]) =>
    hostOf(name, role, { site, mute: mute.includes(name), state: states[name] ?? 'running' }),
  );
  const named = (name: string): Host => found(hosts, name);
  const sites = ['a', 'b'].map((name) => ({
    name,
    nodes: hosts.filter(({ site }) => site === name),
    lack: async () => (unready.includes(name) ? '3 of 4 pods ready' : undefined),
    pods: async () => [...pods],
    replicas: async () => wanted,
    scale: async () => undefined,
    restart: async () => undefined,
    deletePods: async () => undefined,
    evict: async () => undefined,
    killContainers: async () => undefined,
    healthCheckUrls: Object.fromEntries(hosts.filter(({ site }) => site === name).map((node) => [node.name, `http://${node.name}/`])),
    releaseHealthCheck: async () => undefined,
    isSchedulable: async () => schedulable,
    setSchedulable: async () => undefined,
  }));
  const databases = hosts.filter(({ role }) => role === 'database');
  const known: Partial<Topology> = {
    name: 'sketch',
    pattern,
    sites,
    hosts,
    site: (name) => found(sites, name),
    host: named,
    observer: {
      ...named('observer'),
      folder: { inside: '', outside: '' },
      programs: {},
      start: () => missing('observer.start()'),
      isRunning: () => missing('observer.isRunning()'),
      end: () => missing('observer.end()'),
    },
    balancer: {
      host: named('glb'),
      url: 'http://glb',
      requests: async () => 0,
      backends: async () => ({}),
      setDrained: async () => undefined,
      weights: async () => ({}),
      setWeight: async () => undefined,
      direct: async () => undefined,
    },
    router: { impair: () => missing('router.impair()'), mend: () => missing('router.mend()'), impaired: async () => [...impaired] },
    boots: () => ({ ...boots }),
    lacking: (mechanism) => lacks[mechanism],
    ...(answers === undefined ? {} : { ask: async (questions) => questions.map(({ from, url }, index) => answers(from, url, index)) }),
    ...(said === undefined ? {} : { probe: async () => ({ exitCode: 0, stdout: said }) }),
    database: {
      hosts: databases,
      copies: async () => [...copies],
      primary: async () => named(copies.find(({ role }) => role === 'primary')?.name ?? ''),
      standbys: async () => databases.filter(({ name }) => copies.some((copy) => copy.name === name && copy.role === 'replica')),
      dsn: () => '',
      replication: async () => ({ mode: 'strict', commit: 'on' }),
      waiting: async () => [...waiting],
      cancelWaits: async () => waiting.length,
      deposedRows: () => new Map(),
      backups: {
        take: () => missing('database.backups.take()'),
        lack: async () => (backup ? undefined : 'there is no backup'),
        archiveAll: async () => undefined,
        restore: () => missing('database.backups.restore()'),
      },
      destroy: () => missing('database.destroy()'),
      remains: () => [...remains],
      switchOver: async () => undefined,
      killServer: async () => undefined,
      serverStarted: async () => started,
      sessions: async () => [...sessions],
      terminateSessions: async () => sessions.length,
      occupySessions: async () => undefined,
      sessionsOccupied: () => true,
      releaseSessions: async () => undefined,
      trySession: async () => session,
      setReplayPaused: async () => undefined,
      replayPaused: async () => replayPaused,
      committed: async (_copy, asked) => asked.filter((transaction) => committed.includes(transaction)),
    },
  };
  return new Proxy(known as Topology, {
    get: (target, key): unknown => (Reflect.get(target, key) as unknown) ?? missing(`topology.${String(key)}`),
  });
}

const HOSTS: [string, HostRole, string?][] = [
  ['a1', 'node', 'a'],
  ['a2', 'node', 'a'],
  ['b1', 'node', 'b'],
  ['b2', 'node', 'b'],
  ['db1', 'database'],
  ['db2', 'database'],
  ['db3', 'database'],
  ['dcs1', 'dcs'],
  ['dbe', 'database-endpoint'],
  ['glb', 'load-balancer'],
  ['client', 'client'],
  ['observer', 'observer'],
];

const DAEMONS: Partial<Record<HostRole, string[]>> = { node: ['kubelet', 'etcd'], database: ['patroni'], dcs: ['etcd'] };

const COPIES = (['primary', 'replica', 'replica'] as const).map((role, index): CopyState => {
  return { name: `db${index + 1}`, role, running: true, sync: index === 1, timeline: 1, lagBytes: 0 };
});

function hostOf(name: string, role: HostRole, { site, mute, state }: { site: string | undefined; mute: boolean; state: HostState }): Host {
  const verb = (what: string) => (): never => missing(`${name}.${what}()`);
  return {
    name,
    role,
    address: `198.18.0.${name.length}`,
    ...(site === undefined ? {} : { site }),
    ...(role === 'database' ? { disk: { at: '/disk', user: 'postgres', fill: verb('disk.fill'), free: verb('disk.free') } } : {}),
    ...(mute ? {} : { aliveUrl: `http://${name}/` }),
    state: async () => state,
    powerOff: verb('powerOff'),
    boot: verb('boot'),
    freeze: verb('freeze'),
    thaw: verb('thaw'),
    daemons: () => DAEMONS[role] ?? [],
    daemonUrl: (daemon) => (daemon === 'etcd' ? undefined : `http://${name}:1/`),
    process: () => 100,
    control: verb('control'),
  };
}

function found<T extends { name: string }>(list: readonly T[], name: string): T {
  return list.find((one) => one.name === name) ?? missing(`"${name}"`);
}

function missing(what: string): never {
  throw new Error(`this sketch of a topology has no ${what}`);
}
