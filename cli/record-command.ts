import { Command } from 'commander';
import { printableJson } from '../support/printable.ts';
import { judge } from '../verdict/judge.ts';
import { interruptible } from './with-lab.ts';

type Verdict = Awaited<ReturnType<typeof judge>>;

/** How a command that judges a record again, offline and without writing into it, tells what it found. */
export interface RecordWords {
  description: string;
  /** help of `--json` */
  json: string;
  /** what `--json` prints */
  data: (verdict: Verdict) => unknown;
  text: (verdict: Verdict) => string;
  exitCode: (verdict: Verdict) => number;
}

/** A command with the folder of a record as its argument. */
export function recordCommand(name: string, words: RecordWords): Command {
  return new Command(name)
    .description(words.description)
    .argument('<record>', 'folder of a run record, of this or of another tool')
    .option('--json', words.json)
    .action(async (record: string, options: { json?: boolean }) => {
      process.exitCode = await interruptible(
        async () => {
          const verdict = await judge(record);
          console.log(options.json === true ? printableJson(words.data(verdict)) : words.text(verdict));
          return words.exitCode(verdict);
        },
        // judging removes what it made itself
        async () => {},
      );
    });
}
