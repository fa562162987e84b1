import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { claimedCatches } from './claims.ts';
import { plannedRuns } from './scenario-runner.ts';
import { projectRoot } from '../support/paths.ts';
import { SABOTAGES } from '../topology/lab/sabotage.ts';

/* Each list of the scenarios takes seconds. */
const claimed = claimedCatches();

test('every deliberate mistake is caught by a scenario that says so', async () => {
  const claims = await claimed;
  assert.deepEqual([...new Set(claims.map(({ sabotage }) => sabotage))].sort(), Object.keys(SABOTAGES).sort());
});

test('the track record shows every claim of every scenario, and no other', async () => {
  const page = readFileSync(join(projectRoot, 'docs/track-record.md'), 'utf8');
  const shown = [...page.matchAll(/^\| `([a-z-]+)` \|[^|]*\| `([a-z-]+)` \| `([a-z-]+)` \|/gmu)].map(
    ([, sabotage, scenario, finding]) => `${sabotage} ${scenario} ${finding}`,
  );
  const words = (await claimed).map(({ sabotage, scenario, finding }) => `${sabotage} ${scenario} ${finding}`);
  assert.deepEqual(shown.sort(), words.sort());
});

test('every scenario of the recommended pattern catches a mistake, or the track record says that none was seen yet', async () => {
  const page = readFileSync(join(projectRoot, 'docs/track-record.md'), 'utf8');
  const unseen = [...page.matchAll(/^- `([a-z-]+)`: /gmu)].map(([, scenario = '']) => scenario);
  const claims = new Set((await claimed).map(({ scenario }) => scenario));
  const runs = await plannedRuns({ pattern: 'recommended', scenarios: [], profile: 'nightly' });
  const silent = runs.filter(({ file }) => file.startsWith('recommended/') && !claims.has(basename(file, '.spec.ts')));
  assert.deepEqual(silent.map(({ file }) => basename(file, '.spec.ts')).sort(), unseen.sort());
});
