import { Command } from 'commander';
import { auditLines } from '../reports/audit.ts';
import { EXIT } from '../support/errors.ts';
import { printableJson } from '../support/printable.ts';
import { judge } from '../verdict/judge.ts';
import { interruptible } from './with-lab.ts';

/** `holdfast audit`: prints what in a record could have broken each promise, and the largest fault that would have stayed unseen; writes nothing into it. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('show what in a run record could have broken its promises, and what would not have shown')
    .argument('<record>', 'folder of a run record, of this or of another tool')
    .option('--json', 'print the rows as JSON')
    .action(async (record: string, options: { json?: boolean }) => {
      process.exitCode = await interruptible(
        async () => {
          const verdict = await judge(record);
          console.log(options.json === true ? printableJson(verdict.audit ?? []) : auditLines(verdict));
          return EXIT.pass;
        },
        // judging removes what it made itself
        async () => {},
      );
    });
}
