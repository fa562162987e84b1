import { destroyDatabase, expect, pause, steady, test } from '../../fixtures/index.ts';

test.use({ archive: 'on' });

const WRITES = 200;
const NOTICED_S = 3;
const GIVEN_UP_S = 8;

test(
  "a database is restored to the moment before a person's mistake, and what was acknowledged after it is lost",
  { tag: ['@nightly'] },
  async ({ holds, load, backup, statement, inject, judge }) => {
    await holds({
      // by nature all that was acknowledged between the chosen time and the end: 3 s until the mistake is noticed, the statement, the push of
      // the log's last segment, the fault's own steady state, journal and settling, and the second that the destruction takes
      lost: GIVEN_UP_S * WRITES,
      rpoMs: GIVEN_UP_S * 1000,
      stalePrimary: 0,
      // as in restore-to-the-latest-point
      longestOutageMs: 45_000,
      rtoMs: 45_000,
    });
    let deleted = 0;
    let back = 0;
    await load(steady({ writesPerSecond: WRITES, readsPerSecond: 200 }), async () => {
      await backup();
      await pause('5s');
      const before = new Date();
      // results of jobs that were finished a second ago: nobody reads them under this load, and a change without one is a broken promise
      const results = `FROM completions WHERE created_at < '${new Date(before.getTime() - 1000).toISOString()}'`;
      deleted = await statement('primary', `DELETE ${results}`);
      await pause(`${NOTICED_S}s`);
      await inject(destroyDatabase({ restoreTo: before }), { for: '10s' });
      back = await statement('primary', `SELECT ${results}`);
    });
    const verdict = await judge();
    expect(deleted).toBeGreaterThan(0);
    expect(back).toBe(deleted);
    expect(verdict).toHold();
    const lost = verdict.findings.find((finding) => finding.class === 'lost');
    expect(lost?.count).toBeGreaterThan(0.9 * NOTICED_S * WRITES);
    expect(lost?.witnesses.length).toBeGreaterThan(0);
  },
);
