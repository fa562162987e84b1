import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

/** A real PostgreSQL server of a test, on loopback, in a folder that goes with it. */
export interface TestServer {
  readonly port: number;
  dsn(user?: string): string;
  /** runs SQL as the superuser; the rows of the last statement */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string): Promise<Row[]>;
  /** stops every process of the server where it is; connections stay open and silent */
  freeze(): void;
  thaw(): void;
  promote(): Promise<void>;
  /** ends every process of the server at once, as a loss of power does */
  crash(): Promise<void>;
  /** starts it again after that, at its address */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** Folder with the server's programs, or undefined where there are none. */
export function findPostgres(): string | undefined {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'initdb'))
    .find(existsSync);
  const candidates = [...(onPath ? [dirname(realpathSync(onPath))] : []), '/usr/lib/postgresql/15/bin'];
  return candidates.find((folder) => existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'pg_basebackup')));
}

/** Starts a new primary whose copy is called so, with settings beside those of every test. */
export async function startPrimary(bin: string, copy: string, settings: Record<string, string> = {}): Promise<TestServer> {
  const folder = newFolder();
  await run(
    join(bin, 'initdb'),
    ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    unprivileged(folder),
  );
  return start({ bin, folder, copy, more: settings });
}

/** Starts a streaming standby of the primary. */
export async function startStandby(bin: string, copy: string, primary: TestServer): Promise<TestServer> {
  const folder = newFolder();
  const source = `host=127.0.0.1 port=${primary.port} user=postgres application_name=${copy}`;
  await run(
    join(bin, 'pg_basebackup'),
    ['-D', join(folder, 'data'), '-d', source, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
    unprivileged(folder),
  );
  return start({ bin, folder, copy });
}

async function start({
  bin,
  folder,
  copy,
  more = {},
}: {
  bin: string;
  folder: string;
  copy: string;
  more?: Record<string, string>;
}): Promise<TestServer> {
  const port = await freePort();
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: '100',
    'holdfast.copy': copy,
    ...more,
  };
  const args = ['-D', join(folder, 'data'), ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const launched = (): ChildProcess => spawn(join(bin, 'postgres'), args, { ...unprivileged(folder), stdio: 'ignore' });
  let server = launched();
  const admin = new pg.Pool({
    connectionString: dsnOf(port, 'postgres'),
    max: 3,
    query_timeout: 15_000,
    connectionTimeoutMillis: 5000,
  });
  admin.on('error', () => {});
  await answering(admin, server);
  return {
    port,
    dsn: (user = 'app') => dsnOf(port, user),
    sql: async <Row extends pg.QueryResultRow>(text: string) => {
      const result = (await admin.query<Row>(text)) as pg.QueryResult<Row> | pg.QueryResult<Row>[];
      return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
    },
    freeze: () => signalAll(server, 'SIGSTOP'),
    thaw: () => signalAll(server, 'SIGCONT'),
    promote: async () => void (await admin.query('SELECT pg_promote(true, 10)')),
    crash: async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      if (!isRunning(server)) return;
      signalAll(server, 'SIGKILL');
      await gone;
    },
    restart: async () => {
      if (isRunning(server)) return;
      server = launched();
      await answering(admin, server);
    },
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      if (isRunning(server)) {
        server.kill('SIGQUIT');
        signalAll(server, 'SIGCONT');
        await gone;
      }
      await admin.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function dsnOf(port: number, user: string): string {
  return `postgres://${user}@127.0.0.1:${port}/postgres`;
}

async function answering(admin: pg.Pool, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if (server.exitCode !== null) break;
    const isUp = await admin.query('SELECT 1').then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Expected the test server to answer within 15 s, came nothing (exit code ${server.exitCode}).`);
}

// The server's processes leave its process group, so they are found by their parent.
function signalAll(server: ChildProcess, signal: NodeJS.Signals): void {
  const pid = server.pid ?? 0;
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  for (const each of [pid, ...children.map(Number)]) sendIfAlive(each, signal);
}

function sendIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

// PostgreSQL refuses to run as root.
function unprivileged(folder: string): { cwd: string; uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return { cwd: folder };
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+)/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  return { cwd: folder, uid: Number(uid), gid: Number(gid) };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pg-'));
  const { uid, gid } = unprivileged(folder);
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address && typeof address === 'object') return address.port;
  throw new Error('Expected a free port on loopback, came none.');
}
