import { catches, destroyDatabase, expect, pause, steady, test } from '../../fixtures/index.ts';

test.use({ archive: 'on' });

const WRITES = 130;
const NOTICED_S = 3;
const GIVEN_UP_S = 8;

test(
  "a database is restored to the moment before a person's mistake, and what was acknowledged after it is lost",
  { tag: ['@nightly'], annotation: catches({ 'restore-to-the-end': 'unfinished' }) },
  async ({ holds, load, backup, statement, inject, judge }) => {
    await holds({
      // by nature all that was acknowledged between the chosen time and the end: 3 s until the mistake is noticed, the statement, the push of
      // the log's last segment, the fault's own steady state, journal and settling, and the second that the destruction takes
      lost: GIVEN_UP_S * WRITES,
      rpoMs: GIVEN_UP_S * 1000,
      stalePrimary: 0,
      // as in restore-to-the-latest-point
      longestOutageMs: 35_000,
      rtoMs: 35_000,
    });
    const rows = { deleted: 0, restored: 0, changes: 0, kept: 0 };
    await load(steady({ writesPerSecond: WRITES, readsPerSecond: 130 }), async () => {
      await backup();
      await pause('5s');
      const before = new Date();
      // what had been written a second ago was committed by then
      const old = `created_at < '${new Date(before.getTime() - 1000).toISOString()}'`;
      rows.changes = await statement('primary', `SELECT FROM changes WHERE ${old}`);
      // results of jobs: nobody reads them under this load, and a change without one is a broken promise
      rows.deleted = await statement('primary', `DELETE FROM completions WHERE ${old}`);
      await pause(`${NOTICED_S}s`);
      await inject(destroyDatabase({ restoreTo: before }), { for: '10s' });
      rows.kept = await statement('primary', `SELECT FROM changes WHERE ${old}`);
      rows.restored = await statement('primary', `SELECT FROM completions WHERE ${old}`);
    });
    const verdict = await judge();
    expect(verdict).toHold();
    expect(rows.deleted).toBeGreaterThan(0);
    expect([rows.restored, rows.kept]).toEqual([rows.deleted, rows.changes]);
    const lost = verdict.findings.find((finding) => finding.class === 'lost');
    expect(lost?.count).toBeGreaterThan(0.9 * NOTICED_S * WRITES);
    expect(lost?.witnesses.length).toBeGreaterThan(0);
  },
);
