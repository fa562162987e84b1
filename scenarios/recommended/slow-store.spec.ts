import { catches, copies, dcs, delay, expect, steady, test } from '../../fixtures/index.ts';

test.use({ failsafe: true });

test(
  'in failsafe mode a store whose members answer after 1.2 s changes no leader, and costs no request',
  { tag: ['@nightly'], annotation: catches({ 'no-failsafe': 'longest-outage' }) },
  async ({ topology, holds, load, inject, judge }) => {
    const { name } = await topology.database.primary();
    // Patroni waits a second for a connection, of a retry_timeout of 5 s for three members: what it opens anew does not come about, and the leader asks its
    // copies in place of the store. Without failsafe mode it led no more, 37 s long
    await holds({ lost: 0, stalePrimary: 0, availability: 0.999, longestOutageMs: 500 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(delay(dcs, copies, { by: '600ms' }), { for: '40s' }));
    expect(await judge()).toHold();
    expect((await topology.database.primary()).name).toBe(name);
  },
);
