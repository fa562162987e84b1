import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { resultsTable, writeReport, type Result } from '../reports/index.ts';
import { resultsOf } from '../run/results.ts';
import { EXIT, HoldfastError, UsageError, messageOf } from '../support/errors.ts';
import { reportsDir, runsDir } from '../support/paths.ts';
import { say } from '../support/printable.ts';
import { judge } from '../verdict/judge.ts';
import { allurePages, allureResults } from './allure.ts';
import { interruptible } from './with-lab.ts';

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
      if (options.table !== true && options.session !== undefined)
        throw new UsageError('--session chooses what is in a table: add --table, or leave it out');
      process.exitCode = await interruptible(
        async () => {
          if (options.table === true) return table(folders, options.session ?? []);
          for (const page of await pages(folders)) say(page);
          return EXIT.pass;
        },
        // judging removes what it made itself
        async () => {},
      );
    });
}

async function table(folders: readonly string[], sessions: readonly string[]): Promise<number> {
  const places = folders.length > 0 ? folders : [runsDir()].filter(existsSync);
  const results = resultsOf(places, { sessions, latest: folders.length === 0 });
  say(resultsTable(await judgedAnew(results)));
  return results.length === 0 ? EXIT.inconclusive : EXIT.pass;
}

/** Results with the verdicts that their records come to here: what a record says of itself may be another's. */
async function judgedAnew<R extends Result & { folder?: string }>(results: readonly R[]): Promise<R[]> {
  const judged: R[] = [];
  for (const result of results)
    judged.push(result.folder === undefined || result.verdict === undefined ? result : await anew(result, result.folder));
  return judged;
}

async function anew<R extends Result>(result: R, folder: string): Promise<R> {
  try {
    const verdict = await judge(folder);
    return { ...result, scenario: verdict.scenario, verdict };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { ...result, verdict: undefined, error: messageOf(error) };
  }
}

async function pages(folders: readonly string[]): Promise<string[]> {
  const records = folders.filter((folder) => existsSync(join(folder, 'run.json')));
  if (folders.length > 0 && records.length === folders.length) return pagesOf(folders);
  if (records.length > 0)
    throw new UsageError(`expected records or folders of sessions, not both; of these ${records.join(', ')} are records`);
  return [await allurePages(allureResults(folders.length > 0 ? folders : [reportsDir()]))];
}

/** Judges each record again before its page is made: its verdict.json may be another's. */
async function pagesOf(folders: readonly string[]): Promise<string[]> {
  const written: string[] = [];
  for (const folder of folders) written.push(await writeReport(folder, await judge(folder)));
  return written;
}
