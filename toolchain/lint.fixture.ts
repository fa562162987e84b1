import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { projectRoot } from '../support/paths.ts';

interface Finding {
  code: string;
  filename: string;
}

/** What the project's own rules say of a tree of files: the rules that refused something, by file. */
export async function lint(files: Record<string, string>, options: { typeAware?: boolean } = {}): Promise<Record<string, string[]>> {
  const tree = mkdtempSync(join(tmpdir(), 'holdfast-lint-'));
  try {
    plant(tree, { ...files, 'oxlint.config.ts': configText(options.typeAware === true) });
    return await refusals(tree);
  } finally {
    rmSync(tree, { recursive: true });
  }
}

/** A file that imports one thing of another, which is there. */
export function importing(cases: readonly (readonly [from: string, to: string])[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [from, to] of cases) {
    const up = '../'.repeat(from.split('/').length - 1);
    files[from] = `import { it as other } from '${to.includes('.') ? up + to : to}';\nexport const mine = other;\n`;
    if (to.includes('.')) files[to] ??= 'export const it = 1;\n';
  }
  return files;
}

async function refusals(tree: string): Promise<Record<string, string[]>> {
  const oxlint = join(projectRoot, 'node_modules/oxlint/bin/oxlint');
  const { stdout, stderr } = await execa(process.execPath, [oxlint, '--format', 'json'], { cwd: tree, reject: false, timeout: 60_000 });
  assert.match(stdout, /"diagnostics"/u, `expected findings of oxlint as JSON: ${stdout}${stderr}`);
  const refused: Record<string, string[]> = {};
  for (const { code, filename } of (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics) (refused[filename] ??= []).push(code);
  return refused;
}

function configText(typeAware: boolean): string {
  const own = JSON.stringify(pathToFileURL(join(projectRoot, 'oxlint.config.ts')).href);
  return `import config from ${own};\nexport default { ...config, options: { typeAware: ${typeAware} } };\n`;
}

function plant(tree: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  copyFileSync(join(projectRoot, 'tsconfig.json'), join(tree, 'tsconfig.json'));
  symlinkSync(join(projectRoot, 'node_modules'), join(tree, 'node_modules'));
}
