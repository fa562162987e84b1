import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { resultsTable, writeReport } from '../reports/index.ts';
import { resultsOf } from '../run/results.ts';
import { EXIT, UsageError } from '../support/errors.ts';
import { reportsDir, runsDir } from '../support/paths.ts';
import { allurePages, allureResults } from './allure.ts';

interface ReportOptions {
  table?: boolean;
  session?: string[];
}

/** `holdfast report`: our page of a record again, Allure's over sessions, or their results as a Markdown table. */
export function reportCommand(): Command {
  return new Command('report')
    .description(
      'make reports again: of a record; Allure pages, or with --table a Markdown table, of the last session or of what several machines left',
    )
    .argument('[folder...]', 'run records; or folders that hold, anywhere below them, the results of sessions')
    .option('--table', 'print the results as a Markdown table')
    .addOption(
      new Option(
        '--session <id>',
        'with --table: of this session, as "holdfast run" or "holdfast soak" named it; may be given several times',
      ).argParser((id: string, before: string[] | undefined) => [...(before ?? []), id]),
    )
    .action(async (folders: string[], options: ReportOptions) => {
      for (const folder of folders)
        if (!existsSync(folder))
          throw new UsageError(`expected a folder of a record, or of the results of sessions; there is no ${folder}`);
      if (options.table === true) return table(folders, options.session ?? []);
      if (options.session !== undefined) throw new UsageError('--session chooses what is in a table: add --table, or leave it out');
      for (const page of await pages(folders)) console.log(page);
    });
}

function table(folders: readonly string[], sessions: readonly string[]): void {
  const places = folders.length > 0 ? folders : [runsDir()].filter(existsSync);
  const results = resultsOf(places, { sessions, latest: folders.length === 0 });
  console.log(resultsTable(results));
  if (results.length === 0) process.exitCode = EXIT.inconclusive;
}

async function pages(folders: readonly string[]): Promise<string[]> {
  const records = folders.filter((folder) => existsSync(join(folder, 'run.json')));
  if (folders.length > 0 && records.length === folders.length) return Promise.all(folders.map(writeReport));
  if (records.length > 0)
    throw new UsageError(`expected records or folders of sessions, not both; of these ${records.join(', ')} are records`);
  return [await allurePages(allureResults(folders.length > 0 ? folders : [reportsDir()]))];
}
