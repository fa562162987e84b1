import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cancelWaits, cancelWaitsFault as fault } from './cancel-waits.ts';
import { sketchTopology } from './topology.fixture.ts';

const spec = cancelWaits({ kind: 'role', role: 'primary' });

describe('cancelling the waits of commits', () => {
  test('needs commits that wait, and pins them to the copy that leads', async () => {
    const topology = sketchTopology({ waiting: ['801', '802'] });
    const pinned = await fault.pin(topology, spec);
    assert.deepEqual(pinned, { hosts: ['db1'], paths: [], transactions: ['801', '802'] });
    assert.equal((await fault.steady?.(topology, pinned))?.seen, true);
    const idle = sketchTopology();
    assert.equal((await fault.steady?.(idle, await fault.pin(idle, spec)))?.seen, false);
  });

  test('is refused where nothing waits any more, and on a site', async () => {
    const idle = sketchTopology();
    await assert.rejects(fault.inject(idle, { hosts: ['db1'], paths: [], transactions: ['801'] }, 1000), /expected waits at db1 to cancel/);
    await assert.rejects(fault.pin(idle, cancelWaits({ kind: 'site', name: 'a' })), /expected one copy of the database/);
  });

  test('is proven by transactions that others see, not by the number that was cancelled', async () => {
    const pinned = { hosts: ['db1'], paths: [], transactions: ['801', '802'] };
    assert.equal((await fault.effect(sketchTopology({ waiting: ['801'] }), pinned)).seen, false);
    const { seen, what } = await fault.effect(sketchTopology({ committed: ['802'] }), pinned);
    assert.equal(seen, true);
    assert.match(what, /1 of 2 transactions that waited are visible at db1/);
  });

  test('is gone when every copy follows the leader and one is synchronous', async () => {
    const copy = { running: true, timeline: 2, lagBytes: 0 };
    const redundant = [
      { ...copy, name: 'db1', role: 'primary' as const, sync: false },
      { ...copy, name: 'db2', role: 'replica' as const, sync: true },
    ];
    const pinned = { hosts: ['db1'], paths: [] };
    assert.equal((await fault.gone(sketchTopology({ copies: redundant }), pinned)).seen, true);
    for (const change of [{ sync: false }, { running: false }, { timeline: 1 }]) {
      const copies = redundant.map((one) => (one.role === 'replica' ? { ...one, ...change } : one));
      assert.equal((await fault.gone(sketchTopology({ copies }), pinned)).seen, false, JSON.stringify(change));
    }
  });
});
