import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { allurePages, allureResults } from './allure.ts';

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

describe("Allure's pages", () => {
  /** A result of one test, as each night and each repeat leaves it. */
  const nightly = (uuid: string, { status, day }: { status: string; day: number }): void => {
    const start = Date.UTC(2026, 0, day, 2, 17);
    const attachment = { name: 'report', source: `${uuid}-attachment.txt`, type: 'text/plain' };
    const about = { name: 'losing a site', fullName: 'lose-a-site.spec.ts › losing a site', testCaseId: 'c', historyId: 'c:p' };
    const result = {
      uuid,
      ...about,
      status,
      start,
      stop: start + 60_000,
      parameters: [],
      labels: [],
      steps: [],
      attachments: [attachment],
    };
    const path = results(`nights/${day}`, attachment.source, 'broken-result.json');
    writeFileSync(join(path, `${uuid}-result.json`), JSON.stringify(result));
    writeFileSync(join(path, 'broken-result.json'), '{');
  };

  test('show each run of each night for itself: a failed night is no retry of one that passed', async () => {
    nightly('n1', { status: 'passed', day: 1 });
    nightly('n2', { status: 'failed', day: 2 });
    nightly('n2-again', { status: 'failed', day: 2 });
    nightly('n3', { status: 'passed', day: 3 });
    const pages = join(folder, 'pages');
    assert.equal(await allurePages(allureResults([join(folder, 'nights')]), pages), join(pages, 'index.html'));
    const read = (file: string): unknown => JSON.parse(readFileSync(join(pages, file), 'utf8'));
    assert.deepEqual((read('summary.json') as { stats: unknown }).stats, { total: 4, passed: 2, failed: 2 });
    const shown = globSync('data/test-results/*.json', { cwd: pages }).map((file) => read(file) as Shown);
    assert.deepEqual(
      shown.map(({ name, isRetry, retries = [] }) => `${name}: ${isRetry}, ${retries.length}`).sort(),
      ['01', '02', '02', '03'].map((day) => `losing a site (2026-01-${day} 02:17): false, 0`),
    );
    assert.equal(globSync('data/attachments/*.txt', { cwd: pages }).length, 4);
  });
});

/** As much of a shown result as is asked here. */
interface Shown {
  name: string;
  isRetry: boolean;
  retries?: unknown[];
}
