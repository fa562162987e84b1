import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';
import { delay, delayFault } from './delay.ts';
import type { Target } from './fault.ts';
import { isolate, isolateFault } from './isolate.ts';
import { limitBandwidth, limitBandwidthFault } from './limit-bandwidth.ts';
import { losePackets, losePacketsFault } from './lose-packets.ts';
import { refuse, refuseFault } from './refuse.ts';
import { sketchTopology } from './topology.fixture.ts';

const db1: Target = { kind: 'host', name: 'db1' };
const db2: Target = { kind: 'host', name: 'db2' };
const out = { from: 'db1', to: 'db2' };
const back = { from: 'db2', to: 'db1' };

/** A topology in which curl, asked from a host, ends and prints so. */
function answers(said: (from: string, url: string) => { exitCode: number; stdout?: string }, mute: string[] = []): Topology {
  const topology = sketchTopology({ mute });
  return new Proxy(topology, {
    get: (target, key): unknown =>
      key === 'probe'
        ? async (from: string, command: string[]) => ({ stdout: '', ...said(from, command.at(-1) ?? '') })
        : (Reflect.get(target, key) as unknown),
  });
}

describe('a network fault', () => {
  test('pins its paths, in the direction that is asked for, and what is done to them', async () => {
    const topology = sketchTopology();
    assert.deepEqual(await isolateFault.pin(topology, isolate(db1, db2)), {
      hosts: ['db1'],
      paths: [out, back],
      impairment: { kind: 'drop' },
    });
    assert.deepEqual((await refuseFault.pin(topology, refuse(db1, db2, { direction: 'out' }))).paths, [out]);
    assert.deepEqual(await delayFault.pin(topology, delay(db1, db2, { by: '50ms', jitter: '5ms', direction: 'in' })), {
      hosts: ['db1'],
      paths: [back],
      impairment: { kind: 'line', delayMs: 50, jitterMs: 5 },
    });
    assert.deepEqual((await losePacketsFault.pin(topology, losePackets(db1, db2, { share: 0.1 }))).impairment, { kind: 'line', loss: 0.1 });
  });

  test('refuses figures that cannot be proven, or make no sense', () => {
    for (const by of ['50', '-50ms', '5ms', '1h']) assert.throws(() => delay(db1, db2, { by }), UsageError, by);
    for (const to of ['1', '10kbit', '1Gbit', '-1Mbit']) assert.throws(() => limitBandwidth(db1, db2, { to }), UsageError, to);
    for (const share of [0, 0.01, 1.1, Number.NaN]) assert.throws(() => losePackets(db1, db2, { share }), UsageError, String(share));
  });

  test('in one direction is looked at from both ends: an answer that is lost silences like a question that is', async () => {
    const pinned = { hosts: ['db1'], paths: [out] };
    const silent = { exitCode: 28 };
    assert.equal(
      (
        await isolateFault.effect(
          answers(() => silent),
          pinned,
        )
      ).seen,
      true,
    );
    assert.equal(
      (
        await isolateFault.effect(
          answers((from) => (from === 'db1' ? silent : { exitCode: 0 })),
          pinned,
        )
      ).seen,
      false,
    );
  });

  test('is not proven where nothing can be asked', async () => {
    const pinned = { hosts: ['glb'], paths: [{ from: 'glb', to: 'client' }] };
    const { seen, what } = await isolateFault.effect(
      answers(() => ({ exitCode: 28 }), ['client', 'glb']),
      pinned,
    );
    assert.deepEqual([seen, what], [false, 'no host at either end has anything to ask']);
  });

  test('that refuses is proven by refusals of what it hits, silence is not enough', async () => {
    const pinned = { hosts: ['db1'], paths: [out], impairment: { kind: 'reset' } as const };
    assert.equal(
      (
        await refuseFault.effect(
          answers((from) => ({ exitCode: from === 'db1' ? 7 : 28 })),
          pinned,
        )
      ).seen,
      true,
    );
    assert.equal(
      (
        await refuseFault.effect(
          answers(() => ({ exitCode: 28 })),
          pinned,
        )
      ).seen,
      false,
    );
    assert.equal(
      (
        await refuseFault.gone(
          answers((from) => ({ exitCode: from === 'db1' ? 0 : 28 })),
          pinned,
        )
      ).seen,
      false,
    );
  });

  test('that delays is proven by the time to a connection: twice the delay where it hits both ways', async () => {
    const took = (seconds: number): Topology => answers(() => ({ exitCode: 0, stdout: String(seconds) }));
    const pinned = async (direction: 'both' | 'out') => delayFault.pin(sketchTopology(), delay(db1, db2, { by: '100ms', direction }));
    assert.equal((await delayFault.effect(took(0.15), await pinned('out'))).seen, true);
    assert.equal((await delayFault.effect(took(0.15), await pinned('both'))).seen, false);
    assert.equal((await delayFault.gone(took(0.15), await pinned('both'))).seen, true);
    assert.equal((await delayFault.gone(took(0.15), await pinned('out'))).seen, false);
    // no connection at all proves neither
    assert.equal(
      (
        await delayFault.effect(
          answers(() => ({ exitCode: 28, stdout: '0.000000' })),
          await pinned('out'),
        )
      ).seen,
      false,
    );
    assert.equal(
      (
        await delayFault.gone(
          answers(() => ({ exitCode: 28, stdout: '0.000000' })),
          await pinned('out'),
        )
      ).seen,
      false,
    );
  });

  test('that limits bandwidth is proven by datagrams that the receiver does not count in time', async () => {
    const counting = (arrived: number): Topology => {
      let asked = 0;
      return answers((_from, last) =>
        last === '/proc/net/snmp'
          ? { exitCode: 0, stdout: `Udp: InDatagrams NoPorts\nUdp: 9 ${5 + arrived * asked++}\n` }
          : { exitCode: 0 },
      );
    };
    const pinned = await limitBandwidthFault.pin(sketchTopology(), limitBandwidth(db1, db2, { to: '1.12Mbit', direction: 'out' }));
    assert.deepEqual(pinned.impairment, { kind: 'line', bytesPerSecond: 140_000 });
    for (const [arrived, shows, isGone] of [
      [30, true, false],
      [80, false, false],
      [100, false, true],
    ] as const) {
      assert.equal((await limitBandwidthFault.effect(counting(arrived), pinned)).seen, shows, `${arrived} of 100`);
      assert.equal((await limitBandwidthFault.gone(counting(arrived), pinned)).seen, isGone, `${arrived} of 100`);
    }
    const mute = answers(() => ({ exitCode: 1 }));
    assert.equal((await limitBandwidthFault.effect(mute, pinned)).seen, false);
    assert.equal((await limitBandwidthFault.gone(mute, pinned)).seen, false);
  });

  test('that loses packets is proven by requests that are not even refused', async () => {
    const codes = (lost: number, other = 7): Topology =>
      answers(() => ({ exitCode: 0, stdout: Array.from({ length: 40 }, (_, n) => (n < lost ? 28 : other)).join('\n') }));
    const pinned = { hosts: ['db1'], paths: [out, back], impairment: { kind: 'line', loss: 0.1 } as const };
    assert.equal((await losePacketsFault.effect(codes(3), pinned)).seen, true);
    assert.equal((await losePacketsFault.effect(codes(0), pinned)).seen, false);
    assert.equal((await losePacketsFault.gone(codes(0), pinned)).seen, true);
    assert.equal((await losePacketsFault.gone(codes(1), pinned)).seen, false);
    assert.equal((await losePacketsFault.gone(codes(0, 0), pinned)).seen, false);
  });
});
