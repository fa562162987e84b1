import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openRecord } from './reader.ts';
import { RecordWriter } from './writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-writer-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const run = { format: 1, id: 'r', scenario: 's', startedAt: '2026-11-01T00:00:00Z', copies: { db1: 'primary' as const } };

test('a record is written file by file and opened again', async () => {
  const writer = new RecordWriter(join(folder, 'one'));
  writer.writeRun(run);
  appendFileSync(writer.historyPath, '{"op":"end","lines":0}\n');
  writer.observe({ at: 1, copy: 'db1', up: true });
  writer.observe({ at: 2, exit: 'haproxy', host: 'glb', fault: null });
  await writer.close();
  await writer.writeFinal('db1', [{ id: 'ö', count: 2 }]);
  await writer.compress('history');
  await writer.compress('observations');
  writer.writeRun(run);

  const record = openRecord(writer.folder);
  assert.deepEqual(record.run.lines, { observations: 2, faults: 0, 'final/db1': 1 });
  assert.deepEqual(
    [record.history?.label, record.faults?.label, record.finals.get('db1')?.label],
    ['history.jsonl.gz', 'faults.jsonl', 'final/db1.jsonl.gz'],
  );
  assert.equal(existsSync(writer.historyPath), false);
  assert.equal(gunzipSync(readFileSync(join(writer.folder, 'final/db1.jsonl.gz'))).toString(), '{"id":"ö","count":2}\n');
  assert.deepEqual(
    readdirSync(writer.folder).filter((name) => name.endsWith('.new')),
    [],
  );
});
test('what breaks the format is refused before it is written', async () => {
  const writer = new RecordWriter(join(folder, 'two'));
  assert.throws(() => writer.writeRun({ ...run, bounds: { availability: Number.NaN } }), /availability/u);
  assert.throws(() => writer.observe({ at: 0.5, copy: 'db1', up: true }), /at/u);
  assert.throws(() => writer.fault({ fault: 'f', target: 't', state: 'intent', at: Number.NaN }), /at/u);
  await assert.rejects(writer.writeFinal('db1', [{ id: 'a', count: 0 }]), /count/u);
  assert.equal(existsSync(join(writer.folder, 'final/db1.jsonl.gz')), false);
});
test('a final state that fails half-way leaves no file', async () => {
  const writer = new RecordWriter(join(folder, 'three'));
  async function* rows() {
    yield { id: 'a' };
    await Promise.resolve();
    throw new Error('connection lost');
  }
  await assert.rejects(writer.writeFinal('db1', rows()), /connection lost/u);
  assert.deepEqual(readdirSync(join(writer.folder, 'final')), []);
});
