import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import type { Target } from './fault.ts';
import { fillDisk, fillDiskFault } from './fill-disk.ts';
import { freeze, freezeFault } from './freeze.ts';
import { reboot, rebootFault } from './reboot.ts';
import { sketchTopology } from './topology.fixture.ts';

const site: Target = { kind: 'site', name: 'a' };
const copies: Target = { kind: 'role', role: 'copies' };
const full = "0\nhead: error writing 'standard output': No space left on device";

describe('a reboot', () => {
  const before = { a1: '10', a2: '11', b1: '12' };

  test('is pinned with the boots of its hosts', async () => {
    const pinned = await rebootFault.pin(sketchTopology({ boots: before }), reboot(site));
    assert.deepEqual([pinned.hosts, pinned.boots], [['a1', 'a2'], { a1: '10', a2: '11' }]);
  });

  test('shows when no host is in the boot any more that it was in, and is over when all serve', async () => {
    const pinned = { hosts: ['a1', 'a2'], paths: [], boots: { a1: '10', a2: '11' } };
    const looks = async (boots: Record<string, string>, unready: string[] = []): Promise<boolean[]> => {
      const topology = sketchTopology({ answers: () => ({ came: 'answer' }), boots, unready });
      return [(await rebootFault.effect(topology, pinned)).seen, (await rebootFault.gone(topology, pinned)).seen];
    };
    assert.deepEqual(await looks(before), [false, true]);
    assert.deepEqual(await looks({ a1: '20', a2: '11' }), [false, true]);
    assert.deepEqual(await looks({ a1: '20' }, ['a']), [true, false]);
    assert.deepEqual(await looks({ a1: '20', a2: '21' }), [true, true]);
  });
});

describe('a freeze', () => {
  const hosts: Target = { kind: 'hosts', names: ['db1', 'db2'] };
  const looks = async (states: Record<string, 'off' | 'frozen'>): Promise<(boolean | undefined)[]> => {
    const topology = sketchTopology({
      states,
      answers: (_from, url) => ({ came: Object.keys(states).some((host) => url.includes(host)) ? 'silence' : 'answer' }),
    });
    const pinned = await freezeFault.pin(topology, freeze(hosts));
    return [(await freezeFault.steady?.(topology, pinned))?.seen, (await freezeFault.gone(topology, pinned)).seen];
  };

  test('is over when its hosts answer, or are off meanwhile by another fault; it is injected where they answer only', async () => {
    assert.deepEqual(await looks({}), [true, true]);
    assert.deepEqual(await looks({ db1: 'frozen' }), [false, false]);
    assert.deepEqual(await looks({ db1: 'off' }), [false, true]);
    assert.deepEqual(await looks({ db1: 'off', db2: 'frozen' }), [false, false]);
    assert.deepEqual(await looks({ db1: 'off', db2: 'off' }), [false, true]);
  });
});

describe('a full disk', () => {
  test('is one of hosts that have a disk of their own; others are refused, and those are named', async () => {
    assert.deepEqual((await fillDiskFault.pin(sketchTopology(), fillDisk(copies))).hosts, ['db1', 'db2', 'db3']);
    const some: Target = { kind: 'hosts', names: ['db1', 'glb'] };
    for (const target of [site, some]) {
      await assert.rejects(
        fillDiskFault.pin(sketchTopology(), fillDisk(target)),
        (error) => error instanceof UsageError && /(a1|glb) has no disk of its own: expected hosts of db1, db2, db3/.test(error.message),
      );
    }
  });

  test('shows when its user has no block left and cannot write, and is over when there are blocks and a file is written', async () => {
    const pinned = { hosts: ['db1'], paths: [] };
    for (const [said, shows, isGone] of [
      [full, true, false],
      ['5', false, true],
      ['0', false, false],
      [full.replace('0', '5'), false, false],
      ["5\nhead: error writing 'standard output': Input/output error", false, false],
      ['', false, false],
    ] as const) {
      const topology = sketchTopology({ said });
      assert.deepEqual(
        [(await fillDiskFault.effect(topology, pinned)).seen, (await fillDiskFault.gone(topology, pinned)).seen],
        [shows, isGone],
        said,
      );
    }
  });
});
