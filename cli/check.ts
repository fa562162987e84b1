import type { Command } from 'commander';
import { summaryTable } from '../reports/index.ts';
import { EXIT } from '../support/errors.ts';
import { recordCommand } from './record-command.ts';

/** `holdfast check`: judges a record again, offline, from its files alone; writes nothing into it. */
export function checkCommand(): Command {
  return recordCommand('check', {
    description: 'judge a run record again, offline',
    json: 'print the verdict as JSON',
    data: (verdict) => verdict,
    text: (verdict) => summaryTable([verdict], { colour: process.stdout.isTTY }),
    exitCode: ({ verdict }) => ({ pass: EXIT.pass, fail: EXIT.broken, inconclusive: EXIT.inconclusive })[verdict],
  });
}
