import type { FastifyInstance } from 'fastify';
import type { Service } from './service.ts';

/** Adds the endpoint that peers ask: whether this site takes writes, and under which epoch. */
export function addWriter(app: FastifyInstance, service: Service): void {
  app.get('/api/writer', async () => {
    const { databases, budget } = service.forRead();
    const state = await databases.replica.lend(budget, async (session) => {
      const { rows } = await session.query<{ epoch: number; writable: boolean }>(WRITER);
      return rows[0];
    });
    return { ...state, ...service.identity };
  });
}

const WRITER = {
  name: 'writer',
  text: `SELECT epoch, writable AND current_setting('transaction_read_only') = 'off' AS writable FROM writer`,
};
