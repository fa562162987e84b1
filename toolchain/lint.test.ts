import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { projectRoot } from '../support/paths.ts';
import { lint } from './lint.fixture.ts';

describe('the lint rules', { concurrency: 2 }, () => {
  test('make a floating promise an error, but not the one of a test', async () => {
    const refused = await lint(
      {
        'run/a.ts': 'export function forget(): void {\n  Promise.resolve(1);\n}\n',
        'run/b.test.ts':
          "import { describe, it, test } from 'node:test';\ntest('a', () => undefined);\ndescribe('b', () => void it('c', () => undefined));\n",
        'run/c.ts': 'export function wait(): void {\n  [1].forEach(async () => Promise.resolve());\n}\n',
      },
      { typeAware: true },
    );
    assert.deepEqual(refused, { 'run/a.ts': ['typescript(no-floating-promises)'], 'run/c.ts': ['typescript(no-misused-promises)'] });
  });

  test('are switched off nowhere without a reason beside it', () => {
    const switches = globSync('**/*.ts', { cwd: projectRoot, exclude: ['node_modules', 'runs'] }).flatMap((file) => {
      const lines = readFileSync(join(projectRoot, file), 'utf8').split('\n');
      return lines.flatMap((line, index) =>
        /\/[/*] (?:oxlint|eslint)-disable/u.test(line) ? [{ at: `${file}:${index + 1}`, line, before: lines[index - 1] ?? '' }] : [],
      );
    });
    const bare = switches.filter(({ line, before }) => !/ -- \S/u.test(line) && !/^\s*\/[/*]/u.test(before)).map(({ at }) => at);
    assert.deepEqual(bare, []);
  });
});
