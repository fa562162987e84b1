import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import type { CopyState } from '../topology/model.ts';
import { destroyDatabase, destroyDatabaseFault } from './destroy-database.ts';
import { sketchTopology, type TopologySketch } from './topology.fixture.ts';

const pinned = { hosts: ['db1', 'db2', 'db3'], paths: [], timeline: 3 };

const onTimeline = (timeline: number): CopyState[] =>
  ['db1', 'db2', 'db3'].map((name, index) => {
    return { name, role: index === 0 ? 'primary' : 'replica', running: true, sync: index === 1, timeline, lagBytes: 0 };
  });

describe('the destruction of the database service', () => {
  test('is pinned to every copy, with the timeline that it ends and the time to which it is restored', async () => {
    const to = new Date('2026-11-01T12:00:00.5Z');
    const topology = sketchTopology({ copies: onTimeline(3) });
    assert.deepEqual(await destroyDatabaseFault.pin(topology, destroyDatabase()), pinned);
    assert.deepEqual(await destroyDatabaseFault.pin(topology, destroyDatabase({ restoreTo: to })), {
      ...pinned,
      restoreTo: to.toISOString(),
    });
  });

  test('is refused where nothing could end it', async () => {
    await assert.rejects(
      destroyDatabaseFault.pin(sketchTopology({ backup: false }), destroyDatabase()),
      (error) => error instanceof UsageError && /nothing could end it: there is no backup/.test(error.message),
    );
  });

  test('falls on all copies and nothing else, and for a time that can be read', async () => {
    const copies = { kind: 'role', role: 'copies' } as const;
    assert.equal(
      destroyDatabaseFault.asked({ target: copies, restoreTo: '2026-11-01T13:00:00+01:00' }).restoreTo,
      '2026-11-01T12:00:00.000Z',
    );
    assert.throws(() => destroyDatabaseFault.asked({ target: copies, restoreTo: 'noon' }), /restoreTo "noon": expected a time such as/);
    const one = destroyDatabaseFault.asked({ target: { kind: 'host', name: 'db1' } });
    await assert.rejects(destroyDatabaseFault.pin(sketchTopology(), one), /expected "copies" as its target.*came db1/);
  });

  test('shows when every host is silent and no disk is left', async () => {
    const shows = async (sketch: TopologySketch): Promise<boolean> =>
      (await destroyDatabaseFault.effect(sketchTopology(sketch), pinned)).seen;
    const silence = (): { came: 'silence' } => ({ came: 'silence' });
    assert.equal(await shows({ answers: silence, remains: [] }), true);
    assert.equal(await shows({ answers: silence, remains: ['db2'] }), false);
    assert.equal(await shows({ answers: () => ({ came: 'answer' }), remains: [] }), false);
  });

  test('is over when the copies follow a leader on a later timeline; on the same one it never fell', async () => {
    const over = async (timeline: number): Promise<boolean> => {
      const topology = sketchTopology({ answers: () => ({ came: 'answer' }), copies: onTimeline(timeline) });
      return (await destroyDatabaseFault.gone(topology, pinned)).seen;
    };
    assert.deepEqual([await over(3), await over(4)], [false, true]);
  });
});
