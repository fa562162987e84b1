import { Command } from 'commander';
import { summaryTable } from '../reports/index.ts';
import { EXIT } from '../support/errors.ts';
import { printableJson } from '../support/printable.ts';
import { judge } from '../verdict/judge.ts';
import { interruptible } from './with-lab.ts';

/** `holdfast check`: judges a record again, offline, from its files alone; writes nothing into it. */
export function checkCommand(): Command {
  return new Command('check')
    .description('judge a run record again, offline')
    .argument('<record>', 'folder of a run record, of this or of another tool')
    .option('--json', 'print the verdict as JSON')
    .action(async (record: string, options: { json?: boolean }) => {
      process.exitCode = await interruptible(
        async () => {
          const verdict = await judge(record);
          console.log(options.json === true ? printableJson(verdict) : summaryTable([verdict], { colour: process.stdout.isTTY }));
          return { pass: EXIT.pass, fail: EXIT.broken, inconclusive: EXIT.inconclusive }[verdict.verdict];
        },
        // judging removes what it made itself
        async () => {},
      );
    });
}
