import { catches, destroyDatabase, expect, pause, steady, test } from '../../fixtures/index.ts';

test.use({ archive: 'on' });

const WRITES = 130;
const RPO_S = 8;

test(
  'a destroyed database is restored up to the end of its archive, and loses what was not there yet',
  { tag: ['@nightly'], annotation: catches({ 'no-archive-timeout': 'lost' }) },
  async ({ holds, load, backup, inject, judge }) => {
    await holds({
      // a segment of the log is archived when it is full, and after 5 s at the latest; the server looks once a second; the push of a segment
      // takes up to a second beside load; and the destruction takes one, before it counts as applied
      lost: RPO_S * WRITES,
      rpoMs: RPO_S * 1000,
      stalePrimary: 0,
      // by nature an outage of everything: the 10 s, boot (1 s), start of Patroni (2 s), the copy from the repository and the replay (3 s),
      // promotion (2 s), the copy to a standby, without which no write is acknowledged (2 s), and 5 s until that asks for the log again; 25 s
      // in all, and 10 s more where the machine is busy
      longestOutageMs: 35_000,
      rtoMs: 35_000,
    });
    await load(steady({ writesPerSecond: WRITES, readsPerSecond: 130 }), async () => {
      await backup();
      // the archive has to lead beyond the backup
      await pause('10s');
      await inject(destroyDatabase(), { for: '10s' });
    });
    expect(await judge()).toHold();
  },
);
