import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Dropped, Operation } from '../record/format.ts';
import { bundleLoad } from './bundle.ts';
import { startPlatform, type Mood, type Platform } from './loopback.fixture.ts';
import { steady, type SteadyLoad } from './profiles.ts';
import { assertClosed, ourK6, readHistory, startTrial } from './trial.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-load-'));
after(() => rmSync(folder, { recursive: true }));
let runs = 0;

/** The history of a load that ended by itself, and the platform as it left it. */
export interface Recorded {
  run: string;
  operations: Operation[];
  dropped: Dropped[];
  platform: Platform;
}

/** Offers a load for 3 s to a platform of that mood. */
export async function recorded(mood: Mood, { maxClients, ...load }: Partial<SteadyLoad> & { maxClients?: number }): Promise<Recorded> {
  await using platform = await startPlatform(mood);
  const offered = steady({ writesPerSecond: 0, readsPerSecond: 0, capMs: 3000, ...load });
  const profile = maxClients === undefined ? offered : { ...offered, maxClients };
  const run = `k${++runs}`;
  const scriptFile = join(folder, `${run}.js`);
  await bundleLoad(scriptFile);
  const trial = startTrial({ k6Path: ourK6().k6Path, scriptFile, folder, run, profile, url: platform.url });
  assert.equal(await trial.ended, 0);
  const history = readHistory(trial);
  assertClosed(history);
  return { run, operations: history.operations, dropped: history.dropped, platform };
}

/** Groups of operations with the same name, each in the order of their starts. */
export function groupBy(operations: Operation[], by: (operation: Operation) => string): Operation[][] {
  const inOrder = operations.toSorted((a, b) => a.start - b.start);
  return [...Map.groupBy(inOrder, by).values()];
}

/** Due times of operations and of dropped ticks. */
export function dueTimes(lines: readonly { due?: number | undefined }[]): number[] {
  return lines.map(({ due }) => due ?? Number.NaN);
}
