import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import { exhaustConnections, exhaustConnectionsFault } from './exhaust-connections.ts';
import type { Target } from './fault.ts';
import { killPostmaster, killPostmasterFault } from './kill-postmaster.ts';
import { pauseReplay, pauseReplayFault } from './pause-replay.ts';
import { switchover, switchoverFault } from './switchover.ts';
import { terminateSessions, terminateSessionsFault } from './terminate-sessions.ts';
import { sketchTopology } from './topology.fixture.ts';

const primary: Target = { kind: 'role', role: 'primary' };
const standby: Target = { kind: 'role', role: 'sync-standby' };
const copy = { running: true, timeline: 1, lagBytes: 0, sync: false };

describe('a fault of the database', () => {
  test('falls on one copy, of the role that it needs', async () => {
    const topology = sketchTopology();
    assert.deepEqual((await switchoverFault.pin(topology, switchover())).hosts, ['db1']);
    assert.deepEqual((await pauseReplayFault.pin(topology, pauseReplay(standby))).hosts, ['db2']);
    const refused = (error: unknown): boolean =>
      error instanceof UsageError && /expected a standby|expected one copy|expected the copy that leads/.test(error.message);
    await assert.rejects(pauseReplayFault.pin(topology, pauseReplay(primary)), refused);
    await assert.rejects(killPostmasterFault.pin(topology, killPostmaster({ kind: 'role', role: 'copies' })), refused);
    await assert.rejects(terminateSessionsFault.pin(topology, terminateSessions({ kind: 'site', name: 'a' })), refused);
    await assert.rejects(switchoverFault.pin(topology, { ...switchover(), target: standby }), refused);
    await assert.rejects(exhaustConnectionsFault.pin(topology, exhaustConnections({ kind: 'host', name: 'dcs1' })), refused);
  });

  test('that changes the leader is proven by another one that leads', async () => {
    const pinned = { hosts: ['db1'], paths: [] };
    assert.equal((await switchoverFault.effect(sketchTopology(), pinned)).seen, false);
    assert.equal(
      (await switchoverFault.effect(sketchTopology({ copies: [{ ...copy, name: 'db1', role: 'replica' }] }), pinned)).seen,
      false,
    );
    const changed = sketchTopology({ copies: [{ ...copy, name: 'db2', role: 'primary' }] });
    assert.equal((await switchoverFault.effect(changed, pinned)).seen, true);
  });

  test('that kills a server is proven by its start time, and gone when one runs and all follow', async () => {
    const pinned = await killPostmasterFault.pin(sketchTopology({ started: '10:00' }), killPostmaster(primary));
    assert.equal(pinned.started, '10:00');
    assert.equal((await killPostmasterFault.effect(sketchTopology({ started: '10:00' }), pinned)).seen, false);
    assert.equal((await killPostmasterFault.effect(sketchTopology(), pinned)).seen, true);
    assert.equal((await killPostmasterFault.effect(sketchTopology({ started: '10:01' }), pinned)).seen, true);
    assert.equal((await killPostmasterFault.gone(sketchTopology(), pinned)).seen, false);
    assert.equal((await killPostmasterFault.gone(sketchTopology({ started: '10:01' }), pinned)).seen, true);
  });

  test('that terminates sessions needs some, and is proven when none of them is left', async () => {
    const pinned = await terminateSessionsFault.pin(sketchTopology({ sessions: [7, 8] }), terminateSessions(primary));
    const steady = async (topology = sketchTopology(), on = pinned): Promise<boolean> =>
      (await terminateSessionsFault.steady?.(topology, on))?.seen === true;
    assert.deepEqual([await steady(), await steady(undefined, { hosts: ['db1'], paths: [], sessions: [] })], [true, false]);
    assert.equal((await terminateSessionsFault.effect(sketchTopology({ sessions: [8, 9] }), pinned)).seen, false);
    assert.equal((await terminateSessionsFault.effect(sketchTopology({ sessions: [9, 10] }), pinned)).seen, true);
  });

  test('that exhausts connections is proven by the refusal of another one for that reason', async () => {
    const pinned = await exhaustConnectionsFault.pin(sketchTopology(), exhaustConnections(primary));
    for (const [session, shows, isGone] of [
      ['53300', true, false],
      ['accepted', false, true],
      ['57P03', false, false],
      [undefined, false, false],
    ] as const) {
      const topology = sketchTopology(session === undefined ? {} : { session });
      assert.deepEqual(
        [(await exhaustConnectionsFault.effect(topology, pinned)).seen, (await exhaustConnectionsFault.gone(topology, pinned)).seen],
        [shows, isGone],
      );
    }
  });

  test('that pauses replay is proven by what the standby says; one that does not answer says nothing', async () => {
    const pinned = { hosts: ['db2'], paths: [] };
    for (const [replayPaused, shows, isGone, lasts] of [
      [true, true, false, true],
      [false, false, true, false],
      [undefined, false, false, undefined],
    ] as const) {
      const topology = sketchTopology(replayPaused === undefined ? {} : { replayPaused });
      assert.deepEqual(
        [(await pauseReplayFault.effect(topology, pinned)).seen, (await pauseReplayFault.gone(topology, pinned)).seen],
        [shows, isGone],
      );
      assert.equal((await pauseReplayFault.lasts?.(topology, pinned))?.seen, lasts);
    }
  });
});
