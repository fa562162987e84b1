import type { Command } from 'commander';
import { auditLines } from '../reports/audit.ts';
import { EXIT } from '../support/errors.ts';
import { recordCommand } from './record-command.ts';

/** `holdfast audit`: prints what in a record could have broken each promise, and the largest fault that would have stayed unseen; writes nothing into it. */
export function auditCommand(): Command {
  return recordCommand('audit', {
    description: 'show what in a run record could have broken its promises, and what would not have shown',
    json: 'print the rows as JSON',
    data: ({ audit = [] }) => audit,
    text: auditLines,
    exitCode: () => EXIT.pass,
  });
}
