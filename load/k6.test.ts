import assert from 'node:assert/strict';
import { test } from 'node:test';
import { k6Command, type LoadRun } from './k6.ts';
import { steady } from './profiles.ts';

const load: LoadRun = {
  k6Path: 'bin/k6',
  scriptFile: 'script.js',
  profile: steady({ writesPerSecond: 10, readsPerSecond: 20 }),
  url: 'http://198.18.0.10:8080/',
  run: 'r1',
  historyFile: 'history.jsonl',
  zeroNs: 123_456_789_012_345_678n,
  seed: 4_000_000_000,
};

test('k6 is run with the recorder and asks nobody on the internet', () => {
  const { file, args, env } = k6Command(load);
  assert.equal(file, 'bin/k6');
  assert.equal(args[0], 'run');
  assert.equal(args.at(-1), 'script.js');
  for (const arg of ['--out=holdfast', '--no-usage-report', '--address=', '--no-thresholds']) assert.ok(args.includes(arg), arg);
  assert.equal(env.K6_AUTO_EXTENSION_RESOLUTION, 'false');
  assert.equal(env.NO_PROXY, '*');
});

test('what the recorder and the script need stands in the environment', () => {
  const { env } = k6Command(load);
  assert.equal(env.HOLDFAST_ZERO_NS, '123456789012345678');
  assert.equal(env.HOLDFAST_URL, 'http://198.18.0.10:8080');
  assert.equal(env.HOLDFAST_RUN, 'r1');
  assert.equal(env.HOLDFAST_HISTORY, 'history.jsonl');
  assert.equal(env.HOLDFAST_SEED, '4000000000');
  assert.equal('HOLDFAST_MOMENTS' in env, false);
  assert.equal(k6Command({ ...load, momentsFile: '/m' }).env.HOLDFAST_MOMENTS, '/m');
  assert.deepEqual(JSON.parse(env.HOLDFAST_PROFILE ?? ''), load.profile);
});

test('a name instead of an address is refused', () => {
  assert.throws(() => k6Command({ ...load, url: 'http://glb.example' }), /expected a URL with an IP address, came "http:\/\/glb\.example"/);
  assert.doesNotThrow(() => k6Command({ ...load, url: 'http://[fd00::1]:80' }));
});

test('a run tag that would need escaping in an id is refused', () => {
  for (const run of ['', 'a.b', 'a/b', 'a b']) assert.throws(() => k6Command({ ...load, run }), /expected a run tag/);
});
