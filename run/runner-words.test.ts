import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { projectRoot } from '../support/paths.ts';
import { runnerWords, type RunnerWord } from './runner-words.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-runner-'));
after(() => rmSync(folder, { recursive: true }));

const SPEC = `
import { test } from '@playwright/test';
test.skip('skipped', () => {});
test.fixme('to be mended', () => {});
test('skipped inside', ({}, info) => {
  info.annotations.push({ type: 'record', description: '/runs/1' });
  test.skip(true, 'needs three sites');
});
test('to be mended inside', () => test.fixme(true, 'the door is shut'));
test.describe(() => {
  test.skip(() => true, 'as a group');
  test('of a skipped group', () => {});
});
test('held', () => {});
test('skipped in vain', ({}, info) => {
  info.annotations.push({ type: 'skip', description: 'says so and fails' });
  throw new Error('broken');
});
test.describe.serial(() => {
  test('first', () => { throw new Error('no lab'); });
  test('second', () => {});
});
`;

describe('what the test runner says', () => {
  let words: Map<string, RunnerWord>;
  before(async () => {
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'a.spec.ts'), SPEC);
    const runner = join(projectRoot, 'node_modules/@playwright/test/cli.js');
    const results = join(folder, 'results.json');
    const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: results, NODE_TEST_CONTEXT: undefined };
    await execa(process.execPath, [runner, 'test', '--reporter=json', '--workers=1'], {
      cwd: folder,
      env,
      reject: false,
      timeout: 120_000,
    });
    words = new Map(runnerWords(results).map((word) => [word.title, word]));
  });

  test('tells a scenario that somebody skipped, or marked fixme, with the reason', () => {
    const told = ['skipped', 'to be mended', 'skipped inside', 'to be mended inside', 'of a skipped group'].map(
      (title) => words.get(title)?.skipped,
    );
    assert.deepEqual(told, [
      'no reason is given',
      'fixme: no reason is given',
      'needs three sites',
      'fixme: the door is shut',
      'as a group',
    ]);
    assert.equal(words.get('skipped inside')?.record, '/runs/1');
    assert.equal(words.get('skipped')?.error, undefined);
  });

  test('takes for skipped neither what ran nor what could not', () => {
    assert.deepEqual([words.get('held')?.skipped, words.get('held')?.failed, words.get('held')?.file], [undefined, false, 'a.spec.ts']);
    const [vain, second] = [words.get('skipped in vain'), words.get('second')];
    assert.deepEqual([vain?.skipped, vain?.failed], [undefined, true]);
    assert.match(vain?.error ?? '', /broken/u);
    assert.deepEqual([second?.skipped, second?.error], [undefined, 'was not run: what its file does before it had failed']);
  });
});
