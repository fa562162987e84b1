import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Verdict } from '../record/verdict-format.ts';
import { DAMAGE } from '../record/testing-damage.ts';
import { judged, steady, type Sketch } from './testing.ts';

const whole: Sketch = steady({ transactions: [{ id: 'c0-0', xid: '7', status: 'committed' }], deposed: { db2: ['c0-0'] } });
const FILES = [
  'history',
  'observations',
  'faults',
  'final/db1',
  'final/db2',
  'evidence/transactions',
  'evidence/deposed/db2',
  'evidence/runbook',
];
const STEP = '{"at":5,"runbook":"promote","site":"b","step":"open","tookMs":1}\n';

/** The sketch judged after one of its files was compressed and spoilt. */
async function spoilt(name: string, spoil: (packed: Buffer, text: string) => Buffer): Promise<Verdict> {
  return judged(whole, (folder) => {
    const plain = join(folder, `${name}.jsonl`);
    const text = existsSync(plain) ? readFileSync(plain, 'utf8') : STEP;
    rmSync(plain, { force: true });
    mkdirSync(dirname(plain), { recursive: true });
    writeFileSync(`${plain}.gz`, spoil(gzipSync(text), text));
  });
}

describe('a compressed file that is not whole never passes', { concurrency: 4 }, () => {
  const kinds = Object.entries(DAMAGE);
  for (const [nth, name] of FILES.entries()) {
    test(name, async () => {
      for (const [what, spoil] of [kinds[0], kinds[1 + (nth % (kinds.length - 1))]].filter((kind) => kind !== undefined)) {
        const { verdict, reasons, findings } = await spoilt(name, spoil);
        assert.equal(verdict, 'inconclusive', `${name} with ${what}: ${reasons.join('\n')}`);
        assert.ok(
          findings.some(({ message }) => message.includes(`${name}.jsonl.gz is damaged`)),
          `${name} with ${what}: ${reasons.join('\n')}`,
        );
      }
    });
  }
});

test('several members one behind the other are one whole file', async () => {
  for (const name of ['history', 'final/db1']) {
    const { verdict, reasons } = await spoilt(name, (_packed, text) => {
      const middle = text.indexOf('\n', text.length >> 1) + 1;
      return Buffer.concat([gzipSync(text.slice(0, middle)), gzipSync(''), gzipSync(text.slice(middle))]);
    });
    assert.equal(verdict, 'pass', `${name}: ${reasons.join('\n')}`);
  }
});
test('a runbook file with fewer lines than run.json states was cut', async () => {
  const { verdict, reasons } = await judged({ ...whole, run: { ...whole.run, lines: { 'evidence/runbook': 2 } } }, (folder) =>
    writeFileSync(join(folder, 'evidence/runbook.jsonl'), STEP),
  );
  assert.equal(verdict, 'inconclusive');
  assert.match(reasons.join('\n'), /evidence\/runbook\.jsonl holds 1 lines, run\.json says 2/u);
});
test('a history of a megabyte that unpacks to hundreds is refused, whatever its lines say', async () => {
  const line = `${JSON.stringify({ op: 'add', id: 'e1', client: 1, start: 0, end: 10, outcome: 'ok' })}\n`;
  await assert.rejects(
    spoilt('history', () => gzipSync(line.repeat(1_500_000))),
    /history\.jsonl\.gz: expected at most \d+ bytes in \d+ compressed ones/u,
  );
});
