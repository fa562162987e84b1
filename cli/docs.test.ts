import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { projectRoot } from '../support/paths.ts';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');

describe('the docs', () => {
  test('quote scenarios exactly as they run', () => {
    const specs = globSync('scenarios/**/*.spec.ts', { cwd: projectRoot }).map(read);
    const pages = ['README.md', ...globSync('docs/*.md', { cwd: projectRoot })];
    const quotes = pages.flatMap((page) =>
      [...read(page).matchAll(/```ts\n(import [^\n]*fixtures\/index.*?)```/gsu)].map(([, text]) => ({ page, text })),
    );
    assert.ok(quotes.length >= 2);
    for (const { page, text } of quotes)
      assert.ok(specs.includes(text as string), `${page} quotes a scenario that does not exist like that`);
  });

  test('link to files that exist', () => {
    for (const page of ['README.md', ...globSync('docs/*.md', { cwd: projectRoot })]) {
      const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/gu)].map(([, link]) => link as string);
      for (const link of links) assert.doesNotThrow(() => readFileSync(join(projectRoot, page, '..', link)), `${page} links to ${link}`);
    }
  });
});
