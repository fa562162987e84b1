import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { projectRoot } from '../support/paths.ts';
import { PATTERNS } from '../topology/model.ts';
import { plannedRuns, refuseEmpty, type Plan } from './scenario-runner.ts';

const filesOf = async (plan: Plan): Promise<string[]> => (await plannedRuns(plan)).map(({ file }) => file);

describe('the profiles', () => {
  test('of the patterns hold every scenario that a lab of two sites can run: all are nightly, some quick too, and controls are tagged as such', async () => {
    const nightly = (await Promise.all(PATTERNS.map((pattern) => plannedRuns({ pattern, scenarios: [], profile: 'nightly' })))).flat();
    const folder = join(projectRoot, 'scenarios');
    const specs = globSync('**/*.spec.ts', { cwd: folder }).filter(
      (file) => !readFileSync(join(folder, file), 'utf8').includes('sitesNeeded('),
    );
    assert.deepEqual(nightly.map(({ file }) => file).sort(), specs.sort());
    for (const { file, tags } of nightly) assert.equal(tags.includes('control'), file.startsWith('controls/'), file);
    const quick = nightly.filter(({ tags }) => tags.includes('quick')).map(({ file }) => file);
    assert.ok(quick.length >= 8 && quick.includes('controls/asynchronous-replication.spec.ts'));
  });

  test('count a repeat as a run of its own', async () => {
    const files = await filesOf({ pattern: 'supported', scenarios: ['fault-free'], repeat: 3 });
    assert.deepEqual(
      files,
      Array.from({ length: 3 }, () => 'supported/fault-free.spec.ts'),
    );
  });
});

describe('the parts of a profile', () => {
  test('are disjoint, of equal size but for one, and together the whole', async () => {
    const plan: Plan = { pattern: 'recommended', scenarios: [], profile: 'quick' };
    const parts = await Promise.all([1, 2, 3, 4].map((part) => filesOf({ ...plan, shard: { part, of: 4 } })));
    const sizes = parts.map(({ length }) => length);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, sizes.join());
    assert.deepEqual(parts.flat().sort(), (await filesOf(plan)).sort());
  });

  test('that hold nothing are refused before a lab is brought up', async () => {
    const plan: Plan = { pattern: 'supported', scenarios: ['fault-free'], shard: { part: 2, of: 3 } };
    await assert.rejects(refuseEmpty(plan), {
      message:
        /--shard 2\/3 has nothing to run: expected at most 1 parts, one for each run of a scenario that is chosen; use fewer machines/,
      exitCode: 64,
    });
    await refuseEmpty({ ...plan, shard: { part: 1, of: 3 } });
  });
});
