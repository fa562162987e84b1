import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FINDING_CLASSES } from '../record/format.ts';
import { judge } from './judge.ts';
import { DEFAULT_FLOORS } from './settings.ts';

const docs = join(import.meta.dirname, '..', 'docs');

test('the example record in the docs can be pasted, and is judged as they say', async () => {
  const script = /```sh\n([\s\S]*?)```/u.exec(readFileSync(join(docs, 'record-format.md'), 'utf8'))?.[1];
  assert.ok(script !== undefined);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-docs-'));
  try {
    execFileSync('sh', ['-eu', '-c', script], { cwd: folder });
    const final = join(folder, 'my-record', 'final', 'db1.jsonl');
    const judged = async (): Promise<unknown> => {
      const { verdict, findings } = await judge(join(folder, 'my-record'));
      return [verdict, findings.map((finding) => finding.class)];
    };
    assert.deepEqual(await judged(), ['pass', []]);
    writeFileSync(final, '{"id": "order-2"}\n');
    assert.deepEqual(await judged(), ['fail', ['lost', 'read-then-lost']]);
    writeFileSync(final, '{"id": "order-1"}\n');
    assert.deepEqual(await judged(), ['pass', []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
test('every class has one rule, which says in its head what it means, and a row in the docs', () => {
  const text = readFileSync(join(docs, 'verdict.md'), 'utf8');
  assert.deepEqual(readdirSync(join(import.meta.dirname, 'rules')).sort(), FINDING_CLASSES.map((name) => `${name}.sql`).sort());
  for (const name of FINDING_CLASSES) {
    assert.ok(readFileSync(join(import.meta.dirname, 'rules', `${name}.sql`), 'utf8').startsWith(`-- ${name}: `));
    assert.ok(text.includes(`| \`${name}\` |`), name);
  }
  for (const [name, value] of Object.entries(DEFAULT_FLOORS)) assert.ok(text.includes(`| \`${name}\` | ${value} |`), name);
});
