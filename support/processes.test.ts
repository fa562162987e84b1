import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { HoldfastError } from './errors.ts';
import { command, identify, isAlive, signalProcess, type ProcessIdentity } from './processes.ts';

const skip = process.platform !== 'linux' && 'processes are identified by /proc';
const node = (script: string): [string, string[]] => [process.execPath, ['-e', script]];

describe('a process', { skip }, () => {
  test('is known by more than its number', () => {
    const mine = identify(process.pid) as ProcessIdentity;
    assert.equal(isAlive(mine), true);
    assert.equal(isAlive({ ...mine, startTicks: '1' }), false);
    assert.equal(isAlive({ ...mine, bootId: 'another' }), false);
    assert.equal(identify(2 ** 22 + 1), undefined);
  });

  test('is signalled only as long as it is the same one', async () => {
    const child = spawn(...node('setInterval(() => undefined, 1000)'), { stdio: 'ignore' });
    const identity = identify(child.pid as number) as ProcessIdentity;
    assert.equal(signalProcess({ ...identity, startTicks: '1' }, 'SIGKILL'), false);
    assert.equal(isAlive(identity), true);
    assert.equal(signalProcess(identity, 'SIGKILL'), true);
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
    assert.equal(isAlive(identity), false);
    assert.equal(signalProcess(identity, 'SIGKILL'), false);
  });
});

describe('a command', () => {
  test('gives its output', async () => {
    assert.equal(await command(...node('console.log(1); console.error(2)')), '1');
  });

  test('that fails says what it was, how it ended and all that it printed', async () => {
    const failing = command(...node('console.log("out"); console.error("err"); process.exit(7)'), { what: 'building k6' });
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof HoldfastError);
      assert.match(error.message, /^building k6 failed: \S+ -e .* ended with 7:\nerr\nout$/u);
      return true;
    });
  });

  test('that hangs, or is none, fails too', async () => {
    await assert.rejects(command(...node('setInterval(() => undefined, 1000)'), { timeout: 50 }), /timed out/u);
    await assert.rejects(command('/no/such/program', []), /ended with ENOENT/u);
  });

  test('reads nothing from the terminal', async () => {
    assert.equal(await command(...node('process.stdin.on("data", () => console.log("fed")).on("end", () => console.log("end"))')), 'end');
  });
});
