import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { HistoryMonitor } from './monitor.ts';

const NOW_US = 5_000_000;

function history(t: TestContext, lines: readonly object[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-monitor-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'history.jsonl');
  writeFileSync(path, '');
  write(path, lines);
  return path;
}

function write(path: string, lines: readonly object[]): void {
  appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

const add = (endUs: number, more: object = {}): object => ({
  op: 'add',
  id: `r.1.${endUs}`,
  start: endUs - 1000,
  end: endUs,
  outcome: 'ok',
  ...more,
});

/** How often the monitor asked for the time: once at the start, and 5 ms later at every look; 12 looks are all of its 60 ms. */
async function looks(monitor: HistoryMonitor, least: number, onLook: (nth: number) => void = () => undefined): Promise<number> {
  let asked = 0;
  const nowUs = (): number => {
    onLook(asked);
    return NOW_US + 5_000 * asked++;
  };
  await monitor.flowing(least, nowUs, 60);
  return asked - 1;
}

test('a fault does not wait where writes are acknowledged', async (t) => {
  assert.equal(await looks(new HistoryMonitor(history(t, [add(NOW_US - 40_000), add(NOW_US - 20_000)])), 2), 1);
});

for (const [what, line] of [
  ['older than 200 ms', add(NOW_US - 210_000)],
  ['of unknown outcome', add(NOW_US - 20_000, { outcome: 'unknown' })],
  ['not replicated', add(NOW_US - 20_000, { replicated: false })],
  ['a read', { ...add(NOW_US - 20_000), op: 'read' }],
] as const) {
  test(`what is ${what} is no write to lose: a fault waits for others as long as it may`, async (t) => {
    assert.equal(await looks(new HistoryMonitor(history(t, [add(NOW_US - 10_000), line])), 2), 12);
  });
}

test('a fault waits until writes that were held up are acknowledged again', async (t) => {
  const path = history(t, [add(NOW_US - 400_000)]);
  const held = (nth: number): void => {
    if (nth === 3) write(path, [add(NOW_US + 14_000), add(NOW_US + 15_000)]);
  };
  assert.equal(await looks(new HistoryMonitor(path), 2, held), 4);
});

/** Whether a service is found warm at NOW_US, within one look. */
const isWarm = async (t: TestContext, lines: readonly object[]): Promise<boolean> =>
  new HistoryMonitor(history(t, lines)).warm(
    1_000,
    1,
    () => NOW_US,
    () => undefined,
  );

test('a service is warm once the last second whose calls have all ended was good', async (t) => {
  const failed = (endUs: number): object => add(endUs, { outcome: 'unknown' });
  // what is due in the last 2 s may still be under way: the second before counts
  assert.equal(await isWarm(t, [failed(1_500_000), add(2_500_000)]), true);
  assert.equal(await isWarm(t, [failed(2_500_000), add(2_900_000)]), false);
  assert.equal(await isWarm(t, [add(2_500_000), failed(4_500_000)]), false);
});
