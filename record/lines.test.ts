import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkLines } from './check-lines.ts';
import type { RecordFile } from './files.ts';
import { linesOf } from './lines.ts';
import { DAMAGE } from './testing-damage.ts';
import { salvage } from './salvage.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-lines-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(content: string | Buffer, { name = 'history', gzip = false } = {}): RecordFile {
  const label = `${name}.jsonl${gzip ? '.gz' : ''}`;
  const path = join(folder, label.replace('/', '-'));
  writeFileSync(path, content);
  return { name, label, path, gzip };
}
async function isWhole(source: RecordFile): Promise<boolean> {
  return (await checkLines(source)).whole;
}
async function texts(source: RecordFile): Promise<[string, boolean][]> {
  const found: [string, boolean][] = [];
  for await (const { text, whole } of linesOf(source)) found.push([text, whole]);
  return found;
}
const row = '{"op":"add","id":"a","client":1,"start":0,"end":1,"outcome":"ok"}';

test('lines come one by one, from plain and compressed files', async () => {
  assert.deepEqual(await texts(file('{}\r\n{"a":"ö"}\n')), [
    ['{}', true],
    ['{"a":"ö"}', true],
  ]);
  assert.deepEqual(await texts(file(Buffer.concat([gzipSync('1\n'), gzipSync('2\n')]), { gzip: true })), [
    ['1', true],
    ['2', true],
  ]);
});
test('a last line without its end is whole when it is JSON', async () => {
  assert.deepEqual(await texts(file('{}\n{"a":1}')), [
    ['{}', true],
    ['{"a":1}', true],
  ]);
  assert.deepEqual(await texts(file('{}\n{"a":')), [
    ['{}', true],
    ['{"a":', false],
  ]);
});
test('a cut or spoilt compression is noticed, and its lines are saved', async () => {
  const content = Array.from({ length: 5000 }, (_, index) => `{"id":"${index * 7919}"}\n`).join('');
  const packed = gzipSync(content);
  for (const [what, spoil] of Object.entries(DAMAGE)) {
    const bytes = spoil(packed);
    const source = file(bytes, { name: 'final/db1', gzip: true });
    assert.equal(await isWhole(source), false, what);
    const lines = await salvage(source, join(folder, 'saved.jsonl'));
    const saved = readFileSync(join(folder, 'saved.jsonl'), 'utf8');
    assert.equal(saved.split('\n').length - 1, lines);
    assert.ok(content.startsWith(saved));
  }
  assert.equal(await isWhole(file(packed, { name: 'final/db1', gzip: true })), true);
  assert.equal(await isWhole(file(`${row}\n{"ö`)), false);
  assert.equal(await isWhole(file(`${row}\n{"ö":1,${row.slice(1)}`)), true);
});
test('the first wrong line is named with file, line and reason', async () => {
  const wrong: [string, RegExp][] = [
    ['[1]', /history\.jsonl:2: .*; correct the line/u],
    ['{"op":"add"', /:2: expected one JSON object/u],
    [row.replace('"ok"', '"OK"'), /:2: outcome: Invalid option/u],
    [row.replace('"end":1', '"end":-1'), /:2: the operation ends at -1 µs, before its start at 0 µs/u],
    [row.replace('"start":0', '"start":0.5'), /:2: start: Invalid input: expected int/u],
    [row.replace('"a"', '"\\ud800"'), /:2: id: expected Unicode text/u],
    ['{"op":"fly"}', /:2: op: /u],
  ];
  for (const [line, says] of wrong) await assert.rejects(checkLines(file(`${row}\n${line}\n`)), says);
  await checkLines(file(`${row}\n\n{"op":"end","lines":1,"due":null}\n{"op":"a`));
});
