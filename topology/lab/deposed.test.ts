import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { STATE_OF_EVERY_RUN_SQL } from '../../platform/final-state.ts';
import { keepingRewind } from './deposed.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-deposed-'));
after(() => rmSync(folder, { recursive: true }));

test('a server is asked for its rows in the words of the final state, whatever quotes they have', () => {
  const asked = join(folder, 'asked');
  for (const [program, text] of Object.entries({ postgres: `cat > ${asked}`, pg_rewind: 'true' })) {
    writeFileSync(join(folder, program), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, program), 0o755);
  }
  const script = keepingRewind({ binDir: folder, dataDir: folder, database: 'mintpress' }).replaceAll('/data/', `${folder}/`);
  execFileSync('sh', ['-c', script, 'sh', '--source-server=x']);
  const words = (text: string): string => text.replaceAll(/\s+/gu, ' ');
  assert.ok(words(readFileSync(asked, 'utf8')).includes(words(STATE_OF_EVERY_RUN_SQL).trim()));
});
