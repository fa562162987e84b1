import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bundlePlatform, type PlatformBundle } from './bundle.ts';

describe('the bundled processes, alone in a folder and without a database', { timeout: 30_000 }, () => {
  let folder: string;
  let bundle: PlatformBundle;
  const started: ChildProcess[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-bundle-'));
    bundle = await bundlePlatform(folder);
  });

  after(() => {
    for (const each of started) each.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(file: string, path: string): Promise<{ process: ChildProcess; url: string; exitCode: Promise<number | null> }> {
    const port = await freePort();
    const env = {
      HOLDFAST_SITE: 'a',
      HOLDFAST_POD: 'p',
      DATABASE_RW: 'postgres://u:p@127.0.0.1:1/x',
      PORT: String(port),
      DRAIN_MS: '600',
    };
    const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    started.push(child);
    const exitCode = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const url = `http://127.0.0.1:${port}`;
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (
        await fetch(url + path).then(
          () => true,
          () => false,
        )
      )
        return { process: child, url, exitCode };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Expected ${file} to answer within 10 s, came nothing.`);
  }

  const status = async (url: string): Promise<number> => (await fetch(url)).status;

  it('serve: the API is alive and ready, names itself, and is unhealthy for the balancer', async () => {
    const { url, process: api, exitCode } = await start(bundle.api, '/api/live');
    assert.deepEqual(
      [await status(`${url}/api/live`), await status(`${url}/api/ready`), await status(`${url}/api/healthcheck`)],
      [200, 200, 503],
    );
    const body = JSON.stringify({ id: 'x', run: 'r' });
    const write = await fetch(`${url}/api/changes`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(write.status, 503);
    assert.partialDeepStrictEqual(await write.json(), { error: 'connection', stage: 'connect', site: 'a', pod: 'p' });
    assert.partialDeepStrictEqual(await (await fetch(`${url}/nowhere`)).json(), {
      error: 'no-such-endpoint',
      pod: 'p',
    });

    api.kill('SIGTERM');
    const toldAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const ready = await fetch(`${url}/api/ready`);
    assert.deepEqual([ready.status, ready.headers.get('connection')], [503, 'close']);
    assert.equal(await status(`${url}/api/live`), 200);
    assert.equal(await exitCode, 0);
    assert.ok(performance.now() - toldAt >= 590, 'it serves on for the drain period');
  });

  it('wait: the worker is alive, not ready, and stops when told', async () => {
    const { url, process: worker, exitCode } = await start(bundle.worker, '/live');
    assert.deepEqual([await status(`${url}/live`), await status(`${url}/ready`)], [200, 503]);
    worker.kill('SIGTERM');
    assert.equal(await exitCode, 0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address && typeof address === 'object') return address.port;
  throw new Error('Expected a free port on loopback, came none.');
}
