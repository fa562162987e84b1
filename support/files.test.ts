import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openAnew, openDraft, openToAppend, readJson, readOrdinary, readWholeJson, writeAtomic } from './files.ts';

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

test('nothing is written through a link, or under a name that can be foreseen', () => {
  const own = mkdtempSync(join(folder, 'links-'));
  const outside = join(own, 'outside');
  writeFileSync(outside, 'mine');
  const page = join(own, 'report.html');
  symlinkSync(outside, page);
  symlinkSync(outside, `${page}.${process.pid}.new`);
  writeAtomic(page, 'a page');
  assert.equal(lstatSync(page).isFile(), true);
  for (const open of [openDraft, openToAppend]) {
    const link = join(own, open.name);
    symlinkSync(outside, link);
    assert.throws(() => open(link), /EEXIST|expected an ordinary file, but it is a link/u);
    rmSync(link);
    symlinkSync(join(own, 'nowhere'), link);
    assert.throws(() => open(link), /EEXIST|expected an ordinary file, but it is a link/u);
  }
  const log = join(own, 'log');
  symlinkSync(outside, log);
  closeSync(openAnew(log));
  linkSync(outside, join(own, 'same'));
  assert.throws(() => openToAppend(join(own, 'same')), /expected a file of this one name/u);
  assert.equal(readFileSync(outside, 'utf8'), 'mine');
  assert.equal(readdirSync(own).includes('nowhere'), false);
});

test('a link, a FIFO, a socket and a device are refused, and not waited for', () => {
  const own = mkdtempSync(join(folder, 'kinds-'));
  execFileSync('mkfifo', [join(own, 'fifo')]);
  writeFileSync(join(own, 'file'), '{}');
  symlinkSync('file', join(own, 'link'));
  symlinkSync('/dev/zero', join(own, 'zero'));
  for (const name of ['fifo', 'link', 'zero']) {
    assert.throws(() => readJson(join(own, name)), /expected an ordinary file, but it is/u);
    assert.throws(() => openToAppend(join(own, name)), /expected an ordinary file, but it is/u);
  }
  assert.throws(() => readOrdinary('/dev/zero'), /expected an ordinary file, but it is none/u);
});

test('of a file that is torn, empty or no object nothing is known, and no other error is passed over', () => {
  const path = join(folder, 'torn.json');
  for (const text of ['', '{"pid": 1', '\0\0\0\0', 'null', '7']) {
    writeFileSync(path, text);
    assert.equal(readWholeJson(path), undefined, text);
  }
  writeFileSync(path, '{"pid": 1}');
  assert.deepEqual(readWholeJson(path), { pid: 1 });
  assert.equal(readWholeJson(join(folder, 'absent.json')), undefined);
  assert.throws(() => readWholeJson(folder), /EISDIR/u);
});
