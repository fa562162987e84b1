import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { HoldfastError, UsageError } from '../support/errors.ts';
import { projectRoot, reportsDir } from '../support/paths.ts';
import { runsApart } from './allure-runs.ts';

const RESULTS = 'allure-results';

/** Every folder of Allure results below the given ones; an error that says what was expected when there is none. */
export function allureResults(folders: readonly string[]): string[] {
  const found = folders.filter(existsSync).flatMap((folder) => [
    ...(folder.endsWith(RESULTS) ? [resolve(folder)] : []),
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name === RESULTS)
      .map((entry) => resolve(entry.parentPath, entry.name)),
  ]);
  const filled = found.filter((folder) => readdirSync(folder).length > 0).sort();
  if (filled.length === 0)
    throw new UsageError(`no Allure results in ${folders.join(', ')}: expected a "holdfast run" before, or what one left elsewhere`);
  return filled;
}

/** Makes Allure's pages over results, of several machines and nights as well, each run for itself; returns their address. */
export async function allurePages(results: readonly string[], target = join(reportsDir(), 'allure-report')): Promise<string> {
  const allure = join(projectRoot, 'node_modules/allure/cli.js');
  const config = join(projectRoot, 'reports/allurerc.json');
  // what is there already would be kept beside the new pages
  rmSync(target, { recursive: true, force: true });
  const apart = mkdtempSync(join(tmpdir(), 'holdfast-allure-'));
  try {
    const made = await execa(process.execPath, [allure, 'generate', ...runsApart(results, apart), '--config', config, '--output', target], {
      cwd: projectRoot,
      reject: false,
      timeout: 120_000,
      stdin: 'ignore',
    });
    if (made.failed) throw new HoldfastError(`Allure could not make its pages: ${made.stderr.slice(-800)}`);
  } finally {
    rmSync(apart, { recursive: true });
  }
  return join(target, 'index.html');
}
