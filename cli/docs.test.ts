import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { drawSchedule } from '../faults/schedule/draw.ts';
import { readSchedule } from '../faults/schedule/schedule.ts';
import type { Shape } from '../faults/schedule/shape.ts';
import { scheduleTable } from '../faults/schedule/table.ts';
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

  test('quote a schedule that can be read', () => {
    const quotes = [...read('docs/soak.md').matchAll(/```json\n(.*?)```/gsu)].map(([, text]) => text as string);
    assert.ok(quotes.length > 0);
    for (const quote of quotes) assert.doesNotThrow(() => readSchedule(quote, 'docs/soak.md'));
  });

  test('show rounds of random faults as they are drawn', () => {
    const shape: Shape = {
      sites: ['a', 'b'].map((name) => ({ name, nodes: [`${name}1`, `${name}2`] })),
      store: ['dcs1', 'dcs2', 'dcs3'],
    };
    const rounds = [...read('docs/soak.md').matchAll(/^soak, seed (\d+), round (\d+): (.*?)\n(?:pass|fail|inconclusive): /gmsu)];
    assert.ok(rounds.length > 0);
    for (const [, seed, round, table] of rounds)
      assert.equal(table, scheduleTable(drawSchedule({ seed: Number(seed), round: Number(round), shape })));
  });

  test('link to files that exist', () => {
    for (const page of ['README.md', ...globSync('docs/*.md', { cwd: projectRoot })]) {
      const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/gu)].map(([, link]) => link as string);
      for (const link of links) assert.doesNotThrow(() => readFileSync(join(projectRoot, page, '..', link)), `${page} links to ${link}`);
    }
  });
});
