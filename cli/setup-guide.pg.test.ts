import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { findPostgres, startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { projectRoot } from '../support/paths.ts';
import { defaultReplication, dynamicConfig } from '../topology/lab/database.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';
const guide = readFileSync(join(projectRoot, 'docs/setup-guide.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`\\n\`\`\`${language}\\n(.*?)\\n\`\`\``, 'gsu'))].map(([, text]) => text ?? '');

describe('the guide to high availability', () => {
  test('has the settings of the database service that the lab proves', () => {
    const [json = ''] = blocks('json');
    assert.partialDeepStrictEqual(dynamicConfig(defaultReplication, false), JSON.parse(json) as object);
  });

  describe('on two servers', { skip, timeout: 120_000 }, () => {
    let a: TestServer;
    let b: TestServer;
    let folder: string;

    before(async () => {
      const settings = { wal_level: 'logical', wal_retrieve_retry_interval: '200ms' };
      [a, b] = await Promise.all([startPrimary(bin!, 'a', settings), startPrimary(bin!, 'b', settings)]);
      folder = mkdtempSync(join(tmpdir(), 'holdfast-guide-'));
      // the launcher finds Node.js anew and installs packages, which is not what is tested here
      writeFileSync(join(folder, 'holdfast'), `#!/bin/sh\nexec '${process.execPath}' '${projectRoot}/cli/main.ts' "$@"\n`);
      writeFileSync(join(folder, 'send-traffic-to'), '#!/bin/sh\necho "$1" > traffic\n');
      for (const program of ['holdfast', 'send-traffic-to']) chmodSync(join(folder, program), 0o755);
      symlinkSync(join(bin!, 'psql'), join(folder, 'psql'));
    });

    after(async () => {
      await Promise.all([a?.stop(), b?.stop()]);
      rmSync(folder, { recursive: true, force: true });
    });

    test('its commands, in their order, end in one writer, an equal copy and the traffic at the writer', async () => {
      const commands = blocks('sh');
      assert.ok(commands.length >= 9, `there are ${commands.length} blocks of commands`);
      for (const text of commands) {
        const result = await execa('sh', ['-eu', '-c', text], {
          cwd: folder,
          env: { A: a.dsn('postgres'), B: b.dsn('postgres'), PATH: `${folder}:${process.env.PATH}`, HOLDFAST_STATE: folder },
          timeout: 60_000,
          reject: false,
          all: true,
        });
        assert.equal(result.exitCode, 0, `${text}\n${result.all}`);
      }
      assert.deepEqual(await a.sql('SELECT writable, epoch FROM writer'), [{ writable: true, epoch: 3 }]);
      assert.deepEqual(await b.sql('SELECT writable FROM writer'), [{ writable: false }]);
      assert.equal(readFileSync(join(folder, 'traffic'), 'utf8').trim(), 'a');
      await a.sql("INSERT INTO markers (run, nonce) VALUES ('guide', 'x')");
      // the commit waited for the other site
      assert.deepEqual(await b.sql("SELECT nonce FROM markers WHERE run = 'guide'"), [{ nonce: 'x' }]);
    });
  });
});
