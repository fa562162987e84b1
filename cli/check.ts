import { Command } from 'commander';
import { summaryTable } from '../reports/index.ts';
import { EXIT } from '../support/errors.ts';
import { judge } from '../verdict/judge.ts';

/** `holdfast check`: judges a record again, offline, from its files alone; writes nothing into it. */
export function checkCommand(): Command {
  return new Command('check')
    .description('judge a run record again, offline')
    .argument('<record>', 'folder of a run record, of this or of another tool')
    .option('--json', 'print the verdict as JSON')
    .action(async (record: string, options: { json?: boolean }) => {
      const verdict = await judge(record);
      console.log(
        options.json === true ? JSON.stringify(verdict, undefined, 2) : summaryTable([verdict], { colour: process.stdout.isTTY }),
      );
      process.exitCode = { pass: EXIT.pass, fail: EXIT.broken, inconclusive: EXIT.inconclusive }[verdict.verdict];
    });
}
