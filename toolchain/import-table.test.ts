import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { projectRoot } from '../support/paths.ts';
import { importTable } from './import-table.ts';

interface Finding {
  code: string;
  filename: string;
}

const trees: string[] = [];
after(() => trees.forEach((tree) => rmSync(tree, { recursive: true })));

/** What the project's own rules say of a tree of files: the rules that refused something, by file. */
async function lint(files: Record<string, string>, options: { typeAware?: boolean } = {}): Promise<Record<string, string[]>> {
  const tree = mkdtempSync(join(tmpdir(), 'holdfast-lint-'));
  trees.push(tree);
  const config = `import config from '${projectRoot}/oxlint.config.ts';\nexport default { ...config, options: { typeAware: ${options.typeAware === true} } };\n`;
  for (const [name, text] of Object.entries({ ...files, 'oxlint.config.ts': config })) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  writeFileSync(join(tree, 'tsconfig.json'), readFileSync(join(projectRoot, 'tsconfig.json')));
  symlinkSync(join(projectRoot, 'node_modules'), join(tree, 'node_modules'));
  const oxlint = join(projectRoot, 'node_modules/oxlint/bin/oxlint');
  const { stdout, stderr } = await execa(process.execPath, [oxlint, '--format', 'json'], { cwd: tree, reject: false, timeout: 60_000 });
  assert.match(stdout, /"diagnostics"/u, `oxlint gave no findings at all: ${stdout}${stderr}`);
  const refused: Record<string, string[]> = {};
  for (const { code, filename } of (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics) (refused[filename] ??= []).push(code);
  return refused;
}

/** A file that imports one thing of another, which is there. */
function importing(cases: readonly (readonly [from: string, to: string])[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [from, to] of cases) {
    const up = '../'.repeat(from.split('/').length - 1);
    files[from] = `import { it as other } from '${to.includes('.') ? up + to : to}';\nexport const mine = other;\n`;
    if (to.includes('.')) files[to] ??= 'export const it = 1;\n';
  }
  return files;
}

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
    const uses = { 'verdict/a.ts': './testing.ts', 'verdict/b.ts': './x.fixture.ts', 'run/c.ts': '../verdict/testing-model.ts', 'verdict/d.test.ts': './testing.ts' };
    const refused = await lint({
      ...Object.fromEntries(Object.entries(uses).map(([file, from]) => [file, `export { it } from '${from}';\n`])),
      ...Object.fromEntries(['testing', 'testing-model', 'x.fixture'].map((name) => [`verdict/${name}.ts`, it])),
    });
    assert.deepEqual(refused, { 'verdict/a.ts': RESTRICTED, 'verdict/b.ts': RESTRICTED, 'run/c.ts': RESTRICTED });
  });

  test('refuses a cycle, also one of types only', async () => {
    const cycle = (other: string, kind: string): string => `import ${kind}{ B } from './${other}.ts';\nexport type A = B;\nexport const B = 1;\nexport type B = number;\n`;
    const refused = await lint({ 'run/a.ts': cycle('b', ''), 'run/b.ts': cycle('c', ''), 'run/c.ts': cycle('a', ''), 'run/d.ts': cycle('e', 'type '), 'run/e.ts': cycle('d', 'type ') });
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

describe('the lint rules', { concurrency: 2 }, () => {
  test('make a floating promise an error, but not the one of a test', async () => {
    const refused = await lint(
      {
        'run/a.ts': 'export function forget(): void {\n  Promise.resolve(1);\n}\n',
        'run/b.test.ts': "import { describe, it, test } from 'node:test';\ntest('a', () => undefined);\ndescribe('b', () => void it('c', () => undefined));\n",
        'run/c.ts': 'export function wait(): void {\n  [1].forEach(async () => Promise.resolve());\n}\n',
      },
      { typeAware: true },
    );
    assert.deepEqual(refused, { 'run/a.ts': ['typescript(no-floating-promises)'], 'run/c.ts': ['typescript(no-misused-promises)'] });
  });

  test('are switched off nowhere without a reason beside it', () => {
    const switches = readdirSync(projectRoot, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/^(node_modules|runs)\//u.test(file))
      .flatMap((file) => {
        const lines = readFileSync(join(projectRoot, file), 'utf8').split('\n');
        return lines.flatMap((line, index) => (/\/[/*] (?:oxlint|eslint)-disable/u.test(line) ? [{ at: `${file}:${index + 1}`, line, before: lines[index - 1] ?? '' }] : []));
      });
    const bare = switches.filter(({ line, before }) => !/ -- \S/u.test(line) && !/^\s*\/[/*]/u.test(before)).map(({ at }) => at);
    assert.deepEqual(bare, []);
  });
});
