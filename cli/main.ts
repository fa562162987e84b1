import { Command, CommanderError } from 'commander';
import { EXIT, HoldfastError, messageOf } from '../support/errors.ts';
import { printable } from '../support/printable.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import { benchCommand } from './bench.ts';
import { auditCommand } from './audit.ts';
import { checkCommand } from './check.ts';
import { doctorCommand } from './doctor.ts';
import { downCommand } from './down.ts';
import { faultCommand } from './fault.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { failbackCommand, promoteCommand } from './runbook.ts';
import { schemaCommand } from './schema.ts';
import { soakCommand } from './soak.ts';
import { statusCommand } from './status.ts';
import { testCommand } from './test.ts';
import { upCommand } from './up.ts';

// a reader that has seen enough ("| head") is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const program = new Command('holdfast')
  .description('Proves, or disproves, that a MintPress 4 high-availability installation keeps its promises while things break.')
  .showHelpAfterError('(holdfast --help lists the commands)')
  .addHelpText(
    'after',
    '\nExit codes: 0 pass, 1 a promise was broken, 2 inconclusive, 3 healing incomplete, 64 wrong usage, 69 this machine lacks something; 70 a defect of Holdfast itself; 129, 130, 143 interrupted.',
  )
  .exitOverride();

for (const command of [
  runCommand,
  soakCommand,
  testCommand,
  upCommand,
  downCommand,
  statusCommand,
  doctorCommand,
  faultCommand,
  auditCommand,
  checkCommand,
  reportCommand,
  promoteCommand,
  failbackCommand,
  backupCommand,
  restoreCommand,
  schemaCommand,
  benchCommand,
]) {
  program.addCommand(command().exitOverride());
}

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  console.error(printable(`holdfast: ${messageOf(error)}`));
  if (error instanceof HoldfastError) return error.exitCode;
  if (error instanceof Error && error.stack !== undefined) console.error(printable(error.stack));
  return EXIT.internal;
}
