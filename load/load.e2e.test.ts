import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleLoad } from './bundle.ts';
import { k6Command } from './k6.ts';
import { startPlatform } from './loopback.fixture.ts';
import { plannedRates, steady, type LoadProfile } from './profiles.ts';
import { assertClosed, assertGrid, countBy, ourK6, readHistory, started, startTrial, type Trial } from './trial.fixture.ts';

const { k6Path, skip } = ourK6();
const folder = mkdtempSync(join(tmpdir(), 'holdfast-load-'));
const scriptFile = join(folder, 'script.js');
let runs = 0;

function offer(load: { profile: LoadProfile; url: string }): Trial {
  return startTrial({ k6Path, scriptFile, folder, run: `r${++runs}`, ...load });
}

before(() => bundleLoad(scriptFile));
after(() => rmSync(folder, { recursive: true }));

test('load is offered at its rates, recorded completely and stopped without a loss', { skip, timeout: 60_000 }, async () => {
  await using platform = await startPlatform('serve');
  const profile = steady({ writesPerSecond: 100, readsPerSecond: 200 });
  const load = offer({ profile, url: platform.url });
  await started(load);
  await sleep(4000);
  load.k6.kill('SIGTERM');
  assert.equal(await load.ended, 0);

  const history = readHistory(load);
  assertClosed(history);
  assert.deepEqual(
    countBy(history.operations, (o) => o.outcome),
    { ok: history.operations.length },
  );
  assert.equal(platform.requests.length, history.operations.length);
  assert.ok(platform.requests.every(({ headers }) => !('idempotency-key' in headers)));

  const adds = history.operations.filter((o) => o.op === 'add');
  const reads = history.operations.filter((o) => o.op === 'read');
  const dueSpanS = (Math.max(...adds.map((o) => o.due ?? 0)) - Math.min(...adds.map((o) => o.due ?? 0))) / 1e6;
  assert.ok(Math.abs(adds.length - dueSpanS * plannedRates(profile).add) <= 2, `${adds.length} adds in ${dueSpanS} s`);
  assertGrid(
    adds.map((o) => o.due ?? 0),
    100,
  );
  for (const role of ['primary', 'replica'])
    assertGrid(
      reads.filter((o) => o.role === role).map((o) => o.due ?? 0),
      100,
    );
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
  assert.ok(refutable.size / acked.size > 0.98, `${refutable.size} of ${acked.size} acknowledged elements were read`);
});

test(
  'requests without an answer are unknown, ticks without a client are dropped, and both lie on the grid',
  { skip, timeout: 60_000 },
  async () => {
    await using platform = await startPlatform('silent');
    const profile = { ...steady({ writesPerSecond: 50, readsPerSecond: 0 }), maxClients: 40 };
    const load = offer({ profile, url: platform.url });
    await started(load);
    await sleep(3000);
    load.k6.kill('SIGINT');
    assert.equal(await load.ended, 0);

    const history = readHistory(load);
    assertClosed(history);
    assert.deepEqual(
      countBy(history.operations, (o) => `${o.outcome}: ${o.error}`),
      {
        'unknown: request timeout (k6 error 1050)': history.operations.length,
      },
    );
    assert.ok(history.operations.every((o) => o.end - o.start > 1.9e6 && o.end - o.start < 2.5e6));
    assert.ok(
      history.dropped.length > 20 && history.operations.length >= 80,
      `${history.dropped.length} dropped, ${history.operations.length} issued`,
    );
    const issued = history.operations.map((o) => o.due ?? 0);
    assertGrid([...issued, ...history.dropped.map((d) => d.due)], 50);
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
    countBy(history.operations, (o) => `${o.outcome}: ${o.error}`),
    {
      'failed: never sent: dial: connection refused (k6 error 1212)': history.operations.length,
    },
  );
});

test('no read is sent twice when its connection breaks', { skip, timeout: 60_000 }, async () => {
  await using platform = await startPlatform('breaks-every-second-get');
  const profile = { ...steady({ writesPerSecond: 10, readsPerSecond: 100, capMs: 2500 }), maxClients: 30 };
  const load = offer({ profile, url: platform.url });
  assert.equal(await load.ended, 0);
  const { operations } = readHistory(load);
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
