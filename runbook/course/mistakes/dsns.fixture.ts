import { createServer, type Socket } from 'node:net';
import type { Site } from '../ledger.fixture.ts';
import type { Made, Mistake } from '../mistake.fixture.ts';
import type { PlanFile, Sites } from '../sites.fixture.ts';

const kind = 'a connection string that is refused';

/** A site answers, though not as the plan expects: it is not lost. */
export const dsns: readonly Mistake[] = (['a', 'b'] as const).flatMap(
  (site) =>
    [
      {
        kind,
        name: `that of ${site} has no password, and the server wants one`,
        expected: 'refused',
        make: async ({ sites }) => wantsPassword(sites, site, (dsn) => dsn.replace('//postgres@', '//boss@')),
      },
      {
        kind,
        name: `that of ${site} has a wrong password`,
        expected: 'refused',
        make: async ({ sites }) => wantsPassword(sites, site, (dsn) => dsn.replace('//postgres@', '//boss:wrong@')),
      },
      {
        kind,
        name: `that of ${site} names a database that is not there`,
        expected: 'refused',
        make: async () => ({ plan: withDsn(site, (dsn) => dsn.replace(/\/postgres$/, '/nowhere')) }),
      },
      {
        kind,
        name: `that of ${site} names a role that is not there`,
        expected: 'refused',
        make: async () => ({ plan: withDsn(site, (dsn) => dsn.replace('//postgres@', '//nobody@')) }),
      },
      {
        kind,
        name: `that of ${site} wants TLS, and the server has none`,
        expected: 'refused',
        make: async () => ({ plan: withDsn(site, (dsn) => `${dsn}?sslmode=require`) }),
      },
      {
        kind,
        name: `that of ${site} leads to something that speaks another protocol`,
        expected: 'refused',
        make: async () => listener(site, (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      },
      {
        kind,
        name: `that of ${site} leads to a pooler that ends the connection in its own words`,
        expected: 'refused',
        make: async () => listener(site, (socket) => void socket.once('data', () => socket.end(POOLER))),
      },
      // silence and a reset are what a lost server shows; the plan's word is all that there is
      {
        kind,
        name: `that of ${site} leads to something that accepts and says nothing`,
        expected: 'either',
        make: async () => ({ ...(await listener(site, () => undefined)), lost: site }),
      },
      {
        kind,
        name: `that of ${site} leads to something that resets`,
        expected: 'either',
        make: async () => ({ ...(await listener(site, (socket) => void socket.resetAndDestroy())), lost: site }),
      },
    ] satisfies Mistake[],
);

/** An error as PostgreSQL's protocol has it, with a code that no server gives. */
const POOLER = errorMessage('SFATAL\0VFATAL\0C08P01\0Mno such database\0\0');

function errorMessage(fields: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(Buffer.byteLength(fields) + 4);
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]);
}

function withDsn(site: Site, change: (dsn: string) => string): (plan: PlanFile) => PlanFile {
  return (plan) => {
    const { dsn, replicationDsn = dsn } = plan.sites[site];
    return { ...plan, sites: { ...plan.sites, [site]: { dsn: change(dsn), replicationDsn } } };
  };
}

/* Only the plan's role needs a password: everybody else goes on. */
async function wantsPassword({ servers }: Sites, site: Site, change: (dsn: string) => string): Promise<Made> {
  const server = servers[site];
  const rules = ['host all boss 127.0.0.1/32 scram-sha-256', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'];
  await server.sql(`CREATE ROLE boss LOGIN SUPERUSER PASSWORD 'right'`);
  await server.sql(`DO $$ BEGIN EXECUTE format('COPY (SELECT unnest(ARRAY[%s])) TO %L', $a$${rules.map((rule) => `'${rule}'`).join(',')}$a$,
    current_setting('hba_file')); END $$`);
  await server.sql('SELECT pg_reload_conf()');
  return { plan: withDsn(site, change) };
}

async function listener(site: Site, answer: (socket: Socket) => void): Promise<Made> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    plan: withDsn(site, (dsn) => dsn.replace(/:\d+\//, `:${port}/`)),
    undo: async () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
