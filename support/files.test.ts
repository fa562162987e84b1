import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readJson, writeAtomic } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-files-'));
after(() => rmSync(folder, { recursive: true }));

test('a file is written with its folders, and nothing is left beside it', () => {
  const path = join(folder, 'deep', 'er', 'state.json');
  writeAtomic(path, '{"a":1}');
  writeAtomic(path, new Uint8Array([0x7b, 0x7d]));
  assert.equal(readFileSync(path, 'utf8'), '{}');
  assert.deepEqual(readdirSync(join(path, '..')), ['state.json']);
});

test('whoever has the old file open goes on reading the old content', () => {
  const path = join(folder, 'replaced');
  writeAtomic(path, 'old');
  const open = openSync(path, 'r');
  writeAtomic(path, 'new and longer');
  assert.equal(readFileSync(open, 'utf8'), 'old');
  assert.equal(readFileSync(path, 'utf8'), 'new and longer');
});

test('a secret is nobody else’s from its first byte', () => {
  const path = join(folder, 'secret');
  writeFileSync(path, 'open to all', { mode: 0o644 });
  writeAtomic(path, 'token', { mode: 0o600 });
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a write that fails leaves the old content', () => {
  const path = join(folder, 'taken');
  mkdirSync(join(path, 'inside'), { recursive: true });
  assert.throws(() => writeAtomic(path, 'text'));
  assert.deepEqual(readdirSync(path), ['inside']);
});

test('a file that is not there is told from one that is no JSON', () => {
  const path = join(folder, 'broken.json');
  writeFileSync(path, '{"a":');
  assert.equal(readJson(join(folder, 'absent.json')), undefined);
  assert.equal(readJson(join(folder, 'no', 'folder', 'either.json')), undefined);
  assert.throws(() => readJson(path), SyntaxError);
  assert.throws(() => readJson(folder), /EISDIR/u);
});
