import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../support/paths.ts';
import { until } from '../support/poll.ts';
import { readEntries, unfinished } from './journal.ts';
import { write, type TestPair } from './pair.fixture.ts';
import type { Watcher } from './steps.ts';

export const silent: Watcher = { begins: () => undefined, ended: () => undefined, skipped: () => undefined };

/** One site takes writes and has the traffic, the other refuses them and has the same rows. */
export async function settled(pair: TestPair, writer: 'a' | 'b', epoch: number): Promise<void> {
  const follower = writer === 'a' ? 'b' : 'a';
  assert.equal(pair.traffic(), writer);
  assert.equal(await write(pair.servers[writer].dsn('app'), `settled-${epoch}`), true);
  assert.equal(await write(pair.servers[follower].dsn('app'), `refused-${epoch}`), false);
  assert.deepEqual(await pair.servers[writer].sql('SELECT epoch, writable FROM writer'), [{ epoch, writable: true }]);
  const deadline = Date.now() + 10_000;
  for (;;) {
    const [here, there] = [await pair.ids(writer), await pair.ids(follower)];
    const differing = [...here].filter((id) => !there.has(id)).concat([...there].filter((id) => !here.has(id)));
    if (differing.length === 0) return;
    assert.ok(Date.now() < deadline, `rows differ: ${differing.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Who takes writes, and under which epoch. */
export async function currentWriter({ servers }: TestPair): Promise<{ writer: 'a' | 'b'; epoch: number }> {
  for (const writer of ['a', 'b'] as const) {
    const [row] = await servers[writer].sql<{ epoch: number; writable: boolean }>('SELECT epoch, writable FROM writer');
    if (row?.writable === true) return { writer, epoch: row.epoch };
  }
  throw new Error('expected a writer, there is none');
}

/** Runs the command and kills it while it is at the step of that number; false when it came to its end before. */
export async function killedAtStep({ plan, folder, planFile }: TestPair, target: string, step: number): Promise<boolean> {
  const doneBefore = readEntries(plan.journal).length;
  const command = spawn(process.execPath, [join(projectRoot, 'cli/main.ts'), 'promote', target, '--plan', planFile], {
    stdio: 'ignore',
    cwd: folder,
  });
  const ended = new Promise((resolve) => command.once('exit', resolve));
  await until({
    subject: 'promote',
    condition: `at step ${step}`,
    timeoutMs: 60_000,
    intervalMs: 1,
    // the entry that says that it has begun counts as one
    probe: async () => command.exitCode !== null || readEntries(plan.journal).length - doneBefore >= step,
  });
  command.kill('SIGKILL');
  await ended;
  return unfinished(readEntries(plan.journal), 'done').length > 0;
}
