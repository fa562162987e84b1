import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { projectRoot } from '../support/paths.ts';
import { importTable } from './import-table.ts';
import { importing, lint } from './lint.fixture.ts';

const RESTRICTED = ['eslint(no-restricted-imports)'];

describe('the import table', { concurrency: 2 }, () => {
  test('refuses what crosses from room to room against it', async () => {
    const cases = [
      ['scenarios/recommended/a.spec.ts', 'run/it.ts'],
      ['scenarios/controls/b.spec.ts', 'faults/it.ts'],
      ['scenarios/controls/c.spec.ts', '@playwright/test'],
      ['fixtures/a.ts', 'verdict/it.ts'],
      ['fixtures/b.ts', 'platform/it.ts'],
      ['cli/a.ts', 'load/it.ts'],
      ['cli/b.ts', 'platform/it.ts'],
      ['run/a.ts', 'fixtures/it.ts'],
      ['run/b.ts', 'platform/schema.ts'],
      ['run/c.ts', '@playwright/test'],
      ['run/bench/d.ts', 'cli/it.ts'],
      ['faults/a.ts', 'topology/lab/it.ts'],
      ['faults/b.ts', 'topology/haproxy.ts'],
      ['faults/c.ts', 'run/it.ts'],
      ['topology/a.ts', 'faults/it.ts'],
      ['topology/lab/b.ts', 'run/it.ts'],
      ['topology/lab/c.ts', 'record/it.ts'],
      ['topology/lab/deep/d.ts', 'run/it.ts'],
      ['verdict/a.ts', 'reports/it.ts'],
      ['reports/a.ts', 'verdict/it.ts'],
      ['load/a.ts', 'support/it.ts'],
      ['load/b.ts', 'platform/it.ts'],
      ['platform/a.ts', 'support/it.ts'],
      ['platform/b.test.ts', 'support/it.ts'],
      ['record/a.ts', 'verdict/it.ts'],
      ['toolchain/a.ts', 'topology/it.ts'],
      ['support/a.ts', 'record/it.ts'],
      ['support/b.ts', 'root.ts'],
      ['support/c.ts', 'node:test'],
      ['support/d.ts', 'fast-check'],
      ['newroom/a.ts', 'support/it.ts'],
      ['topology/lab/deeper/than/known.ts', 'support/it.ts'],
    ] as const;
    const refused = await lint(importing(cases));
    assert.deepEqual(refused, Object.fromEntries(cases.map(([from]) => [from, RESTRICTED])));
  });

  test('lets pass what it allows', async () => {
    const cases = [
      ['scenarios/recommended/a.spec.ts', 'fixtures/index.ts'],
      ['fixtures/a.ts', 'topology/lab/it.ts'],
      ['fixtures/b.ts', '@playwright/test'],
      ['cli/a.ts', 'run/it.ts'],
      ['run/a.ts', 'platform/final-state.ts'],
      ['run/bench/b.ts', 'topology/lab/it.ts'],
      ['faults/a.ts', 'topology/model.ts'],
      ['faults/b.test.ts', 'fast-check'],
      ['topology/lab/a.ts', 'platform/it.ts'],
      ['topology/lab/b.ts', 'topology/model.ts'],
      ['topology/lab/deep/c.ts', 'toolchain/it.ts'],
      ['verdict/a.ts', 'record/it.ts'],
      ['verdict/testing-model.ts', 'fast-check'],
      ['load/a.fixture.ts', 'record/it.ts'],
      ['record/a.test.ts', 'support/it.ts'],
      ['toolchain/a.ts', 'support/it.ts'],
      ['playwright.config.ts', 'support/it.ts'],
    ] as const;
    assert.deepEqual(await lint(importing(cases)), {});
  });

  test('sees every way to import: types, re-exports, dynamic imports, detours', async () => {
    const ways = {
      type: "import type { It } from '../run/it.ts';\nexport type Mine = It;\n",
      'inline-type': "import { type It } from '../run/it.ts';\nexport type Mine = It;\n",
      'export-names': "export { it } from '../run/it.ts';\n",
      'export-type': "export type { It } from '../run/it.ts';\n",
      'export-all': "export * from '../run/it.ts';\n",
      'for-effect': "import '../run/it.ts';\n",
      dynamic: "export const mine = await import('../run/it.ts');\n",
      detour: "export { it } from './../run/it.ts';\n",
      'type-of-import': "export type Mine = import('../run/it.ts').It;\n",
    };
    const files = Object.fromEntries(Object.entries(ways).map(([name, text]) => [`faults/${name}.ts`, text]));
    const refused = await lint({ ...files, 'run/it.ts': 'export const it = 1;\nexport type It = typeof it;\n' });
    assert.deepEqual(Object.keys(refused).sort(), Object.keys(files).sort());
  });

  test('keeps tests, and what they are made of, out of the program', async () => {
    const it = 'export const it = 1;\n';
    const uses = {
      'verdict/a.ts': './testing.ts',
      'verdict/b.ts': './x.fixture.ts',
      'run/c.ts': '../verdict/testing-model.ts',
      'verdict/d.test.ts': './testing.ts',
    };
    const refused = await lint({
      ...Object.fromEntries(Object.entries(uses).map(([file, from]) => [file, `export { it } from '${from}';\n`])),
      ...Object.fromEntries(['testing', 'testing-model', 'x.fixture'].map((name) => [`verdict/${name}.ts`, it])),
    });
    assert.deepEqual(refused, { 'verdict/a.ts': RESTRICTED, 'verdict/b.ts': RESTRICTED, 'run/c.ts': RESTRICTED });
  });

  test('refuses a cycle, also one of types only', async () => {
    const cycle = (other: string, kind: string): string =>
      `import ${kind}{ B } from './${other}.ts';\nexport type A = B;\nexport const B = 1;\nexport type B = number;\n`;
    const refused = await lint({
      'run/a.ts': cycle('b', ''),
      'run/b.ts': cycle('c', ''),
      'run/c.ts': cycle('a', ''),
      'run/d.ts': cycle('e', 'type '),
      'run/e.ts': cycle('d', 'type '),
    });
    for (const file of ['a', 'b', 'c', 'd', 'e']) assert.ok(refused[`run/${file}.ts`]?.includes('import(no-cycle)') === true, file);
  });

  test('knows every folder that holds TypeScript', () => {
    const rooms = readdirSync(projectRoot, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['node_modules', 'runs'].includes(entry.name) && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .filter((name) => readdirSync(join(projectRoot, name), { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('.ts')));
    assert.deepEqual(rooms.sort(), Object.keys(importTable).sort());
  });
});
