import { expect, pause, steady, test } from '../../../fixtures/index.ts';

test(
  'a row that is missing at the reading site is skipped in silence when it is updated, and found by comparison',
  { tag: ['@nightly', '@control'] },
  async ({ holds, mustFlag, load, statement, judge }) => {
    await holds({ lost: 0 });
    await mustFlag('missing-at-copy');
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      const latest = 'SELECT id FROM changes ORDER BY created_at DESC LIMIT 1';
      await statement('b', `SET session_replication_role = replica; DELETE FROM changes WHERE id = (${latest})`);
      await statement('a', `UPDATE changes SET value = value`);
      await pause('2s');
    });
    expect(await judge()).toFlag('missing-at-copy');
  },
);
