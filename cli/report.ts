import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import { writeReport } from '../reports/index.ts';
import { HoldfastError, UsageError } from '../support/errors.ts';
import { projectRoot, reportsDir } from '../support/paths.ts';

/** `holdfast report`: our page of a record again, or Allure's over the last session. */
export function reportCommand(): Command {
  return new Command('report')
    .description('make reports again: of one record, or the Allure pages of the last session')
    .argument('[record]', 'folder of a run record')
    .action(async (record: string | undefined) => {
      console.log(record === undefined ? await allurePages() : await writeReport(record));
    });
}

async function allurePages(): Promise<string> {
  const results = join(reportsDir(), 'allure-results');
  if (!existsSync(results) || readdirSync(results).length === 0) {
    throw new UsageError(`no Allure results in ${results}: expected a "holdfast run" before`);
  }
  const target = join(reportsDir(), 'allure-report');
  const allure = join(projectRoot, 'node_modules/allure/cli.js');
  const made = await execa(process.execPath, [allure, 'generate', results, '--output', target], {
    cwd: projectRoot,
    reject: false,
    timeout: 120_000,
    stdin: 'ignore',
  });
  if (made.failed) throw new HoldfastError(`Allure could not make its pages: ${made.stderr.slice(-800)}`);
  return join(target, 'index.html');
}
