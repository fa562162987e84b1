import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { execa } from 'execa';
import { projectRoot } from '../support/paths.ts';
import { actionlint } from './actionlint.ts';

interface Finding {
  message: string;
  line: number;
  kind: string;
}

const { failed: noGo } = await execa('go', ['version'], { cwd: '/', reject: false });
const files = globSync('.github/workflows/*.{yml,yaml}', { cwd: projectRoot });

describe('the workflows', { skip: noGo && 'there is no Go to build actionlint with' }, () => {
  let program = '';
  before(async () => {
    program = await actionlint(() => undefined);
  });

  /** What actionlint finds; without the tools that it would use where they happen to be installed. */
  async function findings(workflow: string): Promise<Finding[]> {
    const args = ['-shellcheck=', '-pyflakes=', '-format', '{{json .}}', '-'];
    const { stdout, exitCode } = await execa(program, args, { input: workflow, cwd: projectRoot, reject: false });
    assert.ok(exitCode === 0 || exitCode === 1, `actionlint ended with ${exitCode}: ${stdout}`);
    return JSON.parse(stdout) as Finding[];
  }

  test('are correct', async () => {
    assert.ok(files.length > 0);
    for (const file of files) assert.deepEqual(await findings(readFileSync(join(projectRoot, file), 'utf8')), [], file);
  });

  test('are read closely: a need that does not exist, a matrix that has no such key, and a bad schedule are found', async () => {
    const broken = [
      'on: { schedule: [{ cron: "61 2 * * *" }] }',
      'jobs:',
      '  one: { needs: two, runs-on: ubuntu-24.04, steps: [{ run: "true" }] }',
      '  three:',
      '    runs-on: ubuntu-24.04',
      '    strategy: { matrix: { shard: [1] } }',
      `    steps: [{ run: "echo \${{ matrix.part }}" }]`,
    ];
    const kinds = (await findings(broken.join('\n'))).map(({ kind }) => kind);
    assert.deepEqual(kinds.sort(), ['events', 'expression', 'job-needs']);
  });
});
