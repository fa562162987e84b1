import { catches, expect, fillDisk, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a leader whose disk is full keeps the lead: writes fail until there is room, reads go on, and nothing is lost',
  { tag: ['@nightly'], annotation: catches({ 'writing-health-check': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    await holds(
      {
        lost: 0,
        stalePrimary: 0,
        // by nature: a server that cannot extend a table refuses the statement and lives on, and Patroni sees nothing to change; the 20 s, up to a second
        // until the healer has made room, and slices
        longestOutageMs: 23_000,
        // half the requests for that time, of 36 s
        availability: 0.65,
      },
      // half of the 20 s of writes: free pages of a table take what they can before anything is refused
      { failedCalls: 1_300 },
    );
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(fillDisk(primary), { for: '20s' }));
    expect(await judge()).toHold();
  },
);
