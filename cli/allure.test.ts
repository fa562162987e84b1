import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { allureResults } from './allure.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-allure-'));
after(() => rmSync(folder, { recursive: true }));

function results(machine: string, ...files: string[]): string {
  const path = join(folder, machine, 'reports', 'out', 'allure-results');
  mkdirSync(path, { recursive: true });
  for (const file of files) writeFileSync(join(path, file), '{}');
  return path;
}

const [one, two] = [results('one', '1-result.json'), results('two', '2-result.json')];
results('empty');

describe('the results that Allure makes pages of', () => {
  test('are those of every machine below a folder, or those that a folder itself holds', () => {
    assert.deepEqual(allureResults([folder]), [one, two]);
    assert.deepEqual(allureResults([join(folder, 'two'), one]), [one, two]);
  });

  test('are expected: a folder without any is refused, and so is one that is not there', () => {
    for (const bad of [join(folder, 'empty'), join(folder, 'nowhere')])
      assert.throws(() => allureResults([bad]), { message: new RegExp(`no Allure results in ${bad}`), exitCode: 64 });
  });
});
