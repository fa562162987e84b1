import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleLoad } from './bundle.ts';
import { k6Command, type SweepOrder } from './k6.ts';
import { startPlatform } from './loopback.fixture.ts';
import { plannedRates, steady, type LoadProfile } from './profiles.ts';
import { dueTimes, recorded } from './recorded.fixture.ts';
import { assertClosed, assertRandom, countBy, ourK6, readHistory, started, startTrial, type Trial } from './trial.fixture.ts';

const { k6Path, skip } = ourK6();
const folder = mkdtempSync(join(tmpdir(), 'holdfast-load-'));
const scriptFile = join(folder, 'script.js');
let runs = 0;

function offer(load: { profile: LoadProfile; url: string; seed?: number; momentsFile?: string; sweepFile?: string }): Trial {
  return startTrial({ k6Path, scriptFile, folder, run: `r${++runs}`, ...load });
}

/** The history of a load that was told to stop so long after its first operation. */
async function stopped(load: Trial, afterMs: number, signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<ReturnType<typeof readHistory>> {
  await started(load);
  await sleep(afterMs);
  load.k6.kill(signal);
  assert.equal(await load.ended, 0);
  const history = readHistory(load);
  assertClosed(history);
  return history;
}

before(() => bundleLoad(scriptFile));
after(() => rmSync(folder, { recursive: true }));

test('load is offered at its rates, recorded completely and stopped without a loss', { skip, timeout: 60_000 }, async () => {
  await using platform = await startPlatform('serve');
  const profile = steady({ writesPerSecond: 100, readsPerSecond: 200 });
  const load = offer({ profile, url: platform.url });
  const history = await stopped(load, 4000);
  assert.deepEqual(
    countBy(history.operations, (o) => o.outcome),
    { ok: history.operations.length },
  );
  assert.equal(platform.requests.length, history.operations.length);
  assert.ok(platform.requests.every(({ headers }) => !('idempotency-key' in headers)));

  const adds = history.operations.filter((o) => o.op === 'add');
  const reads = history.operations.filter((o) => o.op === 'read');
  const seconds = (Math.max(...dueTimes(history.operations)) - Math.min(...dueTimes(history.operations))) / 1e6;
  assertRandom(dueTimes(adds), plannedRates(profile).add, seconds);
  for (const role of ['primary', 'replica']) assertRandom(dueTimes(reads.filter((o) => o.role === role)), 100, seconds);
  assert.ok(history.operations.every((o) => (o.due ?? Infinity) <= o.start && o.start < o.end));

  const numbers = new Map<number, number[]>();
  for (const { client, id } of adds) numbers.set(client, [...(numbers.get(client) ?? []), Number(id.split('.')[2])]);
  for (const [client, own] of numbers)
    assert.deepEqual(
      own,
      own.map((_, i) => i + 1),
      `client ${client}`,
    );

  const acked = new Map(adds.map((o) => [o.id, o.end]));
  const refutable = new Set(reads.filter((o) => (acked.get(o.id) ?? Infinity) < o.start).map((o) => o.id));
  // of the elements that nobody has read up to 64 may wait, and some are under way
  assert.ok(acked.size - refutable.size < 80, `${refutable.size} of ${acked.size} acknowledged elements were read`);
});

test(
  'requests without an answer are unknown, calls without a client are dropped, and both come at random',
  { skip, timeout: 60_000 },
  async () => {
    await using platform = await startPlatform('silent');
    const profile = { ...steady({ writesPerSecond: 50, readsPerSecond: 0 }), maxClients: 40 };
    const load = offer({ profile, url: platform.url });
    const history = await stopped(load, 3000, 'SIGINT');
    assert.deepEqual(
      countBy(history.operations, (o) => `${o.outcome}: ${o.error}`),
      {
        'unknown: request timeout (k6 error 1050)': history.operations.length,
      },
    );
    assert.ok(history.operations.every((o) => o.end - o.start > 1.9e6 && o.end - o.start < 2.5e6));
    assert.ok(
      history.dropped.length > 20 && history.operations.length >= 60,
      `${history.dropped.length} dropped, ${history.operations.length} issued`,
    );
    const due = dueTimes([...history.operations, ...history.dropped]);
    assertRandom(due, 50, (Math.max(...due) - Math.min(...due)) / 1e6);
  },
);

test('refused connections have certainly not happened', { skip, timeout: 60_000 }, async () => {
  const platform = await startPlatform('serve');
  const { url } = platform;
  await platform[Symbol.asyncDispose]();
  const load = offer({ profile: steady({ writesPerSecond: 50, readsPerSecond: 50, capMs: 1500 }), url });
  assert.equal(await load.ended, 0, 'load ends by itself at its cap');
  const history = readHistory(load);
  assertClosed(history);
  assert.deepEqual(
    countBy(history.operations, (o) => `${o.outcome} at ${o.stage}: ${o.error}`),
    {
      'failed at dial: never sent: dial: connection refused (k6 error 1212)': history.operations.length,
    },
  );
});

test(
  'adds that reached no database, or lost it before COMMIT, have certainly failed, and say how far they came',
  { skip, timeout: 60_000 },
  async () => {
    const load = { writesPerSecond: 60, readsPerSecond: 0, retries: { most: 1, pauseMs: 20 } };
    const { operations, platform } = await recorded('fails-before-commit', load);
    const told = countBy(operations, (o) => `${o.outcome} at ${o.stage}`);
    assert.deepEqual(Object.keys(told).toSorted(), ['failed at begin', 'failed at connect', 'ok at undefined']);
    assert.ok(operations.every(({ outcome }) => outcome !== 'unknown'));
    const stored = new Set(platform.store.elements);
    const done = new Set(operations.filter(({ outcome }) => outcome === 'ok').map(({ id }) => id));
    assert.deepEqual(stored, done);
    // what lost its transaction is sent once more, as long as the load lasts; what found no connection is not
    const before = operations.filter(({ attempt = 1 }) => attempt === 2).map(({ id }) => operations.find((o) => o.id === id)?.stage);
    assert.ok(before.length > 10 && before.every((stage) => stage === 'begin'), JSON.stringify(told));
  },
);

test('no read is sent twice when its connection breaks', { skip, timeout: 60_000 }, async () => {
  const load = { writesPerSecond: 10, readsPerSecond: 100, capMs: 2500, maxClients: 30 };
  const { operations, platform } = await recorded('breaks-every-second-get', load);
  assert.equal(platform.requests.length, operations.length);
  const reads = countBy(
    operations.filter((o) => o.op === 'read'),
    (o) => o.outcome,
  );
  assert.ok((reads.unknown ?? 0) > 50, JSON.stringify(reads));
});

test('a killed load generator leaves a history without an end', { skip, timeout: 60_000 }, async () => {
  await using platform = await startPlatform('serve');
  const load = offer({ profile: steady({ writesPerSecond: 50, readsPerSecond: 50 }), url: platform.url });
  await started(load);
  await sleep(1000);
  load.k6.kill('SIGKILL');
  assert.equal(await load.ended, 'SIGKILL');
  const text = readFileSync(load.historyFile, 'utf8');
  assert.ok(text.split('\n').length > 40 && !text.includes('"op":"end"'));
});

const root = process.getuid?.() === 0;
const skipDisk = skip || (!root && 'needs root: mounts a small file system');

test('a full disk ends the load with an error and leaves no end', { skip: skipDisk, timeout: 60_000 }, async () => {
  await using platform = await startPlatform('serve');
  const profile = steady({ writesPerSecond: 100, readsPerSecond: 100, capMs: 20_000 });
  const historyFile = join(folder, 'full.jsonl');
  const { file, args, env } = k6Command({
    k6Path,
    scriptFile,
    profile,
    url: platform.url,
    run: 'full',
    historyFile: '/mnt/full.jsonl',
    zeroNs: 0n,
    seed: 1,
  });
  const inside = `mount -t tmpfs -o size=64k none /mnt && "$@"; code=$?; cp /mnt/full.jsonl "$COPY"; exit $code`;
  const k6 = spawn('unshare', ['--mount', 'sh', '-c', inside, 'sh', file, ...args], {
    env: { ...env, PATH: process.env.PATH ?? '', COPY: historyFile },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  k6.stderr.on('data', (chunk) => (errors += String(chunk)));
  assert.equal(await new Promise((resolve) => k6.once('close', resolve)), 120);
  assert.match(errors, /the history could not be written .*no space left on device/);
  assert.ok(!readFileSync(historyFile, 'utf8').includes('"op":"end"'));
});

test('a seed gives the same calls at the same distances', { skip, timeout: 60_000 }, async () => {
  await using platform = await startPlatform('serve');
  const profile = steady({ writesPerSecond: 50, readsPerSecond: 50, capMs: 1500 });
  const [first, second, other] = await Promise.all(
    [7, 7, 8].map(async (seed) => {
      const load = offer({ profile, url: platform.url, seed });
      assert.equal(await load.ended, 0);
      const calls = readHistory(load).operations.toSorted((a, b) => (a.due ?? 0) - (b.due ?? 0));
      return calls.map((o) => `${(o.due ?? 0) - (calls[0]?.due ?? 0)} ${o.op} ${o.role}`).slice(0, 80);
    }),
  );
  // due times are whole microseconds after another start
  const rounded = (calls: string[] | undefined): (number | string)[] =>
    (calls ?? []).flatMap((call) => call.split(' ').map((part, i) => (i === 0 ? Math.round(Number(part) / 10) : part)));
  assert.ok(rounded(first).every((part, i) => part === rounded(second)[i] || Math.abs(Number(part) - Number(rounded(second)[i])) <= 1));
  assert.notDeepEqual(rounded(first), rounded(other));
});

test('a tenth of the clients opens connections again and again, and says how long that took', { skip, timeout: 60_000 }, async () => {
  const { operations } = await recorded('serve', { writesPerSecond: 100, readsPerSecond: 100, capMs: 4000, maxClients: 40 });
  const connects = new Map<number, number>();
  for (const { client, connect } of operations) connects.set(client, (connects.get(client) ?? 0) + (connect === undefined ? 0 : 1));
  const calls = Map.groupBy(operations, ({ client }) => client);
  for (const [client, count] of connects) {
    const own = calls.get(client)?.length ?? 0;
    if (client % 20 === 0) assert.equal(count, own, `client ${client} keeps no connection`);
    else if (client % 20 === 10) assert.ok(count >= 1 && count <= 5, `client ${client} opened ${count} connections in 4 s`);
    else assert.equal(count, 1, `client ${client} keeps its connection`);
  }
  assert.ok([...connects.keys()].some((client) => client % 20 === 0) && [...connects.keys()].some((client) => client % 20 === 10));
});

test('reads ask for what was acknowledged before the faults that the runner tells of', { skip, timeout: 60_000 }, async () => {
  await using platform = await startPlatform('serve');
  const momentsFile = join(folder, 'moments');
  const load = offer({ profile: steady({ writesPerSecond: 100, readsPerSecond: 200 }), url: platform.url, momentsFile });
  await started(load);
  await sleep(2000);
  const at = readHistory(load).operations.at(-1)?.end ?? 0;
  writeFileSync(momentsFile, `${at}\n`);
  await sleep(8000);
  load.k6.kill('SIGTERM');
  assert.equal(await load.ended, 0);
  const { operations } = readHistory(load);
  const ends = new Map(operations.filter((o) => o.op === 'add' && o.outcome === 'ok').map((o) => [o.id, o.end]));
  const late = operations.filter((o) => o.op === 'read' && o.start > at + 3e6);
  const asked = late.filter(({ id }) => (ends.get(id) ?? Infinity) <= at && (ends.get(id) ?? 0) > at - 1e6);
  // a tenth by plan, and what the draws from the whole run add
  assert.ok(asked.length > late.length * 0.08, `${asked.length} of ${late.length} reads`);
});

test('when the load has been stopped every acknowledged element is read once more', { skip, timeout: 60_000 }, async () => {
  await using platform = await startPlatform('serve');
  const sweepFile = join(folder, 'sweep.json');
  const order: SweepOrder = { asks: [{ role: 'primary', pairs: [['a', 'db1']] }] };
  writeFileSync(sweepFile, JSON.stringify(order));
  const load = offer({ profile: steady({ writesPerSecond: 200, readsPerSecond: 20 }), url: platform.url, sweepFile });
  const history = await stopped(load, 3000);
  const adds = history.operations.filter((o) => o.op === 'add' && o.outcome === 'ok');
  const swept = history.operations.filter((o) => o.client >= 1_000_000);
  const lastAnswer = Math.max(...adds.map((o) => o.end));
  assert.ok(swept.every((o) => o.op === 'read' && o.found === true && o.start > lastAnswer));
  assert.deepEqual(swept.map((o) => `${o.id} ${o.xid}`).toSorted(), adds.map((o) => `${o.id} ${o.xid}`).toSorted());
});
