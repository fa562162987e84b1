import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SITES, type By, type Ledger, type Site } from './ledger.fixture.ts';
import type { Sites } from './sites.fixture.ts';

const BETWEEN_MS = 15;
const AGAIN_MS = 60;
const ANSWER_MS = 20_000;
/** The server says so of a commit that its standby does not have. */
const NOT_AT_STANDBY = '01000';

/** Clients of the platform: one that keeps to each site, and one that goes where the load balancer sends it. They end with what they last sent. */
export function startLoad(sites: Sites, ledger: Ledger): { stop(): Promise<void> } {
  const going = { on: true };
  const clients = [
    ...SITES.map((site) => client(sites, ledger, { going, by: 'direct', where: () => site })),
    client(sites, ledger, { going, by: 'balanced', where: () => sites.traffic() }),
  ];
  return {
    stop: async () => {
      going.on = false;
      await Promise.all(clients);
    },
  };
}

/** Opens a connection of a client of this role. */
export async function connect(sites: Pick<Sites, 'servers'>, site: Site, user = 'app', database = 'postgres'): Promise<pg.Client> {
  const dsn = sites.servers[site].dsn(user).replace(/\/postgres$/, `/${database}`);
  const connection = new pg.Client({ connectionString: dsn, connectionTimeoutMillis: 2000, query_timeout: ANSWER_MS });
  connection.on('error', () => undefined);
  await connection.connect();
  return connection;
}

/** Whether a site takes a write of the platform now; what it took is in the ledger. */
export async function takesWrites(sites: Sites, ledger: Ledger, site: Site): Promise<boolean> {
  let connection: pg.Client | undefined;
  try {
    connection = await connect(sites, site);
    const key = `probe-${site}-${ledger.acknowledged.length}-${ledger.refused.length}`;
    await writing({ connection, ledger, site, by: 'direct' }, { table: 'changes', key, version: 0 });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.end().catch(() => undefined);
  }
}

async function client(
  sites: Sites,
  ledger: Ledger,
  { going, by, where }: { going: { on: boolean }; by: By; where: () => Site },
): Promise<void> {
  let open: { connection: pg.Client; site: Site } | undefined;
  for (let n = 0; going.on; n += 1) {
    const site = where();
    try {
      if (open?.site !== site) {
        void open?.connection.end().catch(() => undefined);
        open = undefined;
        open = { connection: await connect(sites, site), site };
      }
      const table = (['changes', 'orders', 'projects'] as const)[n % 3] ?? 'changes';
      const key = table === 'projects' ? `${by}-${site}` : `${by}-${site}-${n}`;
      await writing({ connection: open.connection, ledger, site, by }, { table, key, version: n });
      await sleep(BETWEEN_MS);
    } catch {
      void open?.connection.end().catch(() => undefined);
      open = undefined;
      await sleep(AGAIN_MS);
    }
  }
  void open?.connection.end().catch(() => undefined);
}

const WRITES = {
  changes: (key: string) => ({
    text: `INSERT INTO changes (id, run, epoch) VALUES ($1, 'course', (SELECT epoch FROM writer))`,
    values: [key],
  }),
  orders: (key: string) => ({ text: 'INSERT INTO orders (note, epoch) VALUES ($1, (SELECT epoch FROM writer))', values: [key] }),
  projects: (key: string, version: number) => ({
    text: `INSERT INTO projects (key, run, version, epoch) VALUES ($1, 'course', $2, (SELECT epoch FROM writer))
      ON CONFLICT (key) DO UPDATE SET version = excluded.version, epoch = excluded.epoch`,
    values: [key, version],
  }),
};

async function writing(
  { connection, ledger, site, by }: { connection: pg.Client; ledger: Ledger; site: Site; by: By },
  { table, key, version }: { table: keyof typeof WRITES; key: string; version: number },
): Promise<void> {
  let isCertain = true;
  const onNotice = ({ code }: { code: string | undefined }): void => {
    if (code === NOT_AT_STANDBY) isCertain = false;
  };
  connection.on('notice', onNotice);
  try {
    await ledger.write({ table, key, site, by, version: table === 'projects' ? version : 0 }, async () => {
      await connection.query(WRITES[table](key, version));
      // such an answer is no acknowledgement
      if (!isCertain) throw new Error('committed here, and perhaps nowhere else');
    });
  } finally {
    connection.off('notice', onNotice);
  }
}
