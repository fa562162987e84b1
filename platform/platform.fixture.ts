import type { LedgerEntry } from './ledger.ts';
import { startApi, type StartedApi } from './server.ts';
import { settingsFrom } from './settings.ts';
import { startPrimary, startStandby, type TestServer } from './postgres.fixture.ts';
import { grantsSql, SCHEMA_SQL } from './schema.ts';

/** An answer as a client sees it. */
export interface Reply {
  status: number;
  tookMs: number;
  // The tests look into answers of every shape.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: Record<string, any>;
}

/** One API pod and the calls that tests make to it. */
export interface TestPod {
  readonly url: string;
  call(path: string, init?: { method: string; body: unknown }): Promise<Reply>;
  add(id: string, more?: { value?: string; run?: string }): Promise<Reply>;
  find(id: string, query: string): Promise<Reply>;
  put(key: string, version: number, value: string): Promise<Reply>;
  stop(): Promise<void>;
}

/** A primary `db1`, its standby `db2`, and one API pod on them. */
export interface TestPlatform {
  primary: TestServer;
  standby: TestServer;
  pod: TestPod;
  /** what the pods wrote to their ledger */
  ledger: LedgerEntry[];
  /** another pod, on other endpoints */
  openPod(env: Record<string, string>): Promise<TestPod>;
  /** replication that waits for a standby called so; '' for none */
  synchronousTo(name: string): Promise<void>;
  /** backends whose COMMIT waits for a standby */
  waiting(): Promise<number[]>;
  /** resolves when the standby has replayed all that is written now */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Run that the calls of the tests belong to, unless they say otherwise. */
export const RUN = 'run-1';

/** Starts the databases with the schema, and a pod. */
export async function startPlatform(bin: string): Promise<TestPlatform> {
  const primary = await startPrimary(bin, 'db1');
  await primary.sql(`CREATE ROLE app LOGIN; ${SCHEMA_SQL} ${grantsSql('app')}`);
  const standby = await startStandby(bin, 'db2', primary);
  const ledger: LedgerEntry[] = [];
  const openPod = async (env: Record<string, string>): Promise<TestPod> => {
    const names = { HOLDFAST_SITE: 'a', HOLDFAST_POD: 'api-1', HOLDFAST_NODE: 'a1' };
    const settings = settingsFrom({
      ...names,
      DATABASE_RW: primary.dsn(),
      DATABASE_RO: standby.dsn(),
      DRAIN_MS: '0',
      ...env,
    });
    return podOf(await startApi({ ...settings, port: 0 }, (entry) => ledger.push(entry)));
  };
  const pod = await openPod({});
  return {
    primary,
    standby,
    pod,
    ledger,
    openPod,
    async synchronousTo(name) {
      await primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
      await primary.sql('SELECT pg_reload_conf()');
      await eventually(
        async () =>
          (await primary.sql<{ names: string }>("SELECT current_setting('synchronous_standby_names') AS names"))[0]?.names === name,
      );
    },
    async waiting() {
      const rows = await primary.sql<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
      return rows.map(({ pid }) => pid);
    },
    async caughtUp() {
      const [now] = await primary.sql<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
      await eventually(
        async () => (await standby.sql<{ ok: boolean }>(`SELECT pg_last_wal_replay_lsn() >= '${now?.lsn}' AS ok`))[0]?.ok === true,
      );
    },
    async stop() {
      await pod.stop();
      await standby.stop();
      await primary.stop();
    },
  };
}

/** A pod of a site of that name on a database of its own. */
export async function startPod(env: Record<string, string> & { HOLDFAST_SITE: string; DATABASE_RW: string }): Promise<TestPod> {
  const settings = settingsFrom({
    HOLDFAST_POD: `api-${env.HOLDFAST_SITE}`,
    HOLDFAST_NODE: `${env.HOLDFAST_SITE}1`,
    DRAIN_MS: '0',
    ...env,
  });
  return podOf(await startApi({ ...settings, port: 0 }, () => undefined));
}

function podOf(api: StartedApi): TestPod {
  const call: TestPod['call'] = async (path, init) => {
    const startedAt = performance.now();
    const options = init && {
      method: init.method,
      body: JSON.stringify(init.body),
      headers: { 'content-type': 'application/json' },
    };
    const response = await fetch(`http://127.0.0.1:${api.port}${path}`, options);
    const body = (await response.json()) as Reply['body'];
    return { status: response.status, tookMs: performance.now() - startedAt, body };
  };
  return {
    url: `http://127.0.0.1:${api.port}`,
    call,
    add: async (id, { value, run = RUN } = {}) => call('/api/changes', { method: 'POST', body: { id, run, value } }),
    find: async (id, query) => call(`/api/changes/${id}?${query}`),
    put: async (key, version, value) => call(`/api/projects/${key}`, { method: 'PUT', body: { run: RUN, version, value } }),
    stop: async () => api.stop(),
  };
}

/** Waits until it is true; fails after 10 s. */
export async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 10_000;
  while (performance.now() < until) {
    if (await isTrue()) return;
    await pause(20);
  }
  throw new Error(`Expected within 10 s: ${isTrue.toString()}, it did not become true.`);
}

/** Waits. */
export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
