import { basename, join } from 'node:path';
import { execa } from 'execa';
import { HoldfastError } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';

/** What a scenario says that it catches. */
export interface Claim {
  /** as `holdfast run` takes it */
  scenario: string;
  sabotage: string;
  /** class of the finding */
  finding: string;
}

interface Listed {
  suites?: Listed[];
  specs?: { file: string; tests: { annotations: { type: string; description?: string }[] }[] }[];
}

/** Every claim of every scenario, as the test runner lists them; nothing is run. */
export async function claimedCatches(): Promise<Claim[]> {
  const cli = join(projectRoot, 'node_modules/@playwright/test/cli.js');
  const listed = await execa(process.execPath, [cli, 'test', '--list', '--reporter=json'], {
    cwd: projectRoot,
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: '' },
    stdin: 'ignore',
    reject: false,
    timeout: 60_000,
  });
  if (listed.failed)
    throw new HoldfastError(`expected the list of scenarios; the test runner ended with ${listed.exitCode}: ${listed.stdout}`);
  return claimsOf(JSON.parse(listed.stdout) as Listed);
}

function claimsOf({ suites = [], specs = [] }: Listed): Claim[] {
  const own = specs.flatMap(({ file, tests }) =>
    tests.flatMap(({ annotations }) =>
      annotations
        .filter(({ type }) => type === 'catches')
        .map(({ description = '' }) => {
          const [sabotage = '', finding = ''] = description.split(': ');
          return { scenario: basename(file, '.spec.ts'), sabotage, finding };
        }),
    ),
  );
  return [...own, ...suites.flatMap(claimsOf)];
}
