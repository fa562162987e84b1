import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import type { Answer, Topology } from '../topology/model.ts';
import { delay, delayFault } from './delay.ts';
import type { Target } from './fault.ts';
import { forgetConnections, forgetConnectionsFault } from './forget-connections.ts';
import { isolate, isolateFault } from './isolate.ts';
import { limitBandwidth, limitBandwidthFault } from './limit-bandwidth.ts';
import { losePackets, losePacketsFault } from './lose-packets.ts';
import { refuse, refuseFault } from './refuse.ts';
import { sketchTopology, type TopologySketch } from './topology.fixture.ts';

const db1: Target = { kind: 'host', name: 'db1' };
const db2: Target = { kind: 'host', name: 'db2' };
const out = { from: 'db1', to: 'db2' };
const back = { from: 'db2', to: 'db1' };

const ANSWER: Answer = { came: 'answer', connectMs: 1, status: 200 };
const REFUSAL: Answer = { came: 'refusal' };
const SILENCE: Answer = { came: 'silence' };

const answers = (answer: TopologySketch['answers'] & object, mute: string[] = []): Topology => sketchTopology({ answers: answer, mute });

/** A topology in which programs that are run on a host print so. */
function running(prints: (file: string) => string): Topology {
  return new Proxy(sketchTopology(), {
    get: (target, key): unknown =>
      key === 'probe'
        ? async (_host: string, [file = '']: string[]) => ({ exitCode: 0, stdout: prints(file) })
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

  test('is refused where another one has its packets on a line already; one whose line has ended is none', async () => {
    const slow = delay(db1, db2, { by: '50ms' });
    const line = { ...back, kind: 'line' } as const;
    for (const [fault, spec] of [
      [delayFault, slow],
      [losePacketsFault, losePackets(db1, db2, { share: 0.5 })],
      [limitBandwidthFault, limitBandwidth(db1, db2, { to: '1Mbit' })],
    ] as const) {
      await assert.rejects(
        fault.pin(sketchTopology({ impaired: [line] }), spec),
        (error) => error instanceof UsageError && /from db2 to db1 are delayed, lost or slowed down by another fault/.test(error.message),
      );
    }
    for (const there of [{ ...line, idle: true } as const, { ...line, to: 'db3' }, { ...line, kind: 'drop' } as const])
      await delayFault.pin(sketchTopology({ impaired: [there] }), slow);
    await isolateFault.pin(sketchTopology({ impaired: [line] }), isolate(db1, db2));
  });

  test('lasts while every path of it is impaired in its way', async () => {
    const pinned = { hosts: ['db1'], paths: [out, back], impairment: { kind: 'line', delayMs: 50 } as const };
    const lasts = async (impaired: TopologySketch['impaired'] & object): Promise<boolean | undefined> =>
      (await delayFault.lasts?.(sketchTopology({ impaired }), pinned))?.seen;
    const line = (path: typeof out): { from: string; to: string; kind: 'line' } => ({ ...path, kind: 'line' });
    assert.equal(await lasts([line(out), line(back)]), true);
    assert.equal(await lasts([line(out)]), false);
    assert.equal(await lasts([line(out), { ...line(back), idle: true }]), false);
    assert.equal(await lasts([line(out), { ...back, kind: 'drop' }]), false);
  });

  test('refuses figures that cannot be proven, or make no sense', () => {
    for (const by of ['50', '-50ms', '5ms', '1h']) assert.throws(() => delay(db1, db2, { by }), UsageError, by);
    for (const to of ['1', '10kbit', '1Gbit', '-1Mbit']) assert.throws(() => limitBandwidth(db1, db2, { to }), UsageError, to);
    for (const share of [0, 0.01, 1.1, Number.NaN]) assert.throws(() => losePackets(db1, db2, { share }), UsageError, String(share));
  });

  test('in one direction is looked at from both ends: an answer that is lost silences like a question that is', async () => {
    const pinned = { hosts: ['db1'], paths: [out] };
    assert.equal(
      (
        await isolateFault.effect(
          answers(() => SILENCE),
          pinned,
        )
      ).seen,
      true,
    );
    assert.equal(
      (
        await isolateFault.effect(
          answers((from) => (from === 'db1' ? SILENCE : ANSWER)),
          pinned,
        )
      ).seen,
      false,
    );
  });

  test('is over for an end that is off or frozen when the router says so, but is not injected there', async () => {
    const pinned = {
      hosts: ['db1'],
      paths: [out, back, { from: 'db1', to: 'db3' }, { from: 'db3', to: 'db1' }],
      impairment: { kind: 'drop' } as const,
    };
    const sketch = (off: string, impaired: TopologySketch['impaired'] & object, silent: string): Topology =>
      sketchTopology({
        states: { [off]: 'off' },
        impaired,
        answers: (from, url) => (from === silent || url.includes(silent) ? SILENCE : ANSWER),
      });
    const gone = async (topology: Topology): Promise<[boolean, string]> => {
      const { seen, what } = await isolateFault.gone(topology, pinned);
      return [seen, what];
    };
    assert.deepEqual(await gone(sketch('db1', [], 'db1')), [
      true,
      'db1 is off: nobody there to ask; the router impairs no packet there any more',
    ]);
    assert.deepEqual(await gone(sketch('db1', [{ ...back, kind: 'drop' }], 'db1')), [
      false,
      'db1 is off: nobody there to ask; the router still impairs db2 to db1',
    ]);
    // another fault's are not its own
    assert.equal(
      (
        await gone(
          sketch(
            'db1',
            [
              { ...back, kind: 'reset' },
              { from: 'db2', to: 'db3', kind: 'drop' },
            ],
            'db1',
          ),
        )
      )[0],
      true,
    );
    // who can be asked is asked
    assert.equal((await gone(sketch('db3', [], 'db2')))[0], false);
    assert.equal((await gone(sketch('db3', [], 'db3')))[0], true);
    assert.equal((await isolateFault.steady?.(sketch('db1', [], 'db1'), pinned))?.seen, false);
  });

  test('is not proven where nothing can be asked', async () => {
    const pinned = { hosts: ['glb'], paths: [{ from: 'glb', to: 'client' }] };
    const { seen, what } = await isolateFault.effect(
      answers(() => SILENCE, ['client', 'glb']),
      pinned,
    );
    assert.deepEqual([seen, what], [false, 'nothing to ask']);
  });

  test('that refuses is proven by refusals of what it hits, silence is not enough', async () => {
    const pinned = { hosts: ['db1'], paths: [out], impairment: { kind: 'reset' } as const };
    assert.equal(
      (
        await refuseFault.effect(
          answers((from) => (from === 'db1' ? REFUSAL : SILENCE)),
          pinned,
        )
      ).seen,
      true,
    );
    assert.equal(
      (
        await refuseFault.effect(
          answers(() => SILENCE),
          pinned,
        )
      ).seen,
      false,
    );
    assert.equal(
      (
        await refuseFault.gone(
          answers((from) => (from === 'db1' ? ANSWER : SILENCE)),
          pinned,
        )
      ).seen,
      false,
    );
  });

  test('that forgets connections is proven by a segment that nobody refuses while new connections stand', async () => {
    const saying = (said: string, answer = ANSWER): Topology => sketchTopology({ answers: () => answer, said });
    const pinned = await forgetConnectionsFault.pin(sketchTopology(), forgetConnections(db1, db2));
    assert.deepEqual(pinned, { hosts: ['db1'], paths: [out, back], impairment: { kind: 'forget' } });
    for (const [topology, shows, isGone] of [
      [saying('silence'), true, false],
      [saying('refusal'), false, true],
      [saying(''), false, false],
      [saying('answer'), false, false],
      [saying('silence', SILENCE), false, false],
      [saying('refusal', SILENCE), false, false],
    ] as const) {
      assert.equal((await forgetConnectionsFault.effect(topology, pinned)).seen, shows);
      assert.equal((await forgetConnectionsFault.gone(topology, pinned)).seen, isGone);
    }
    assert.ok(!forgetConnectionsFault.takes.includes('direction'));
  });

  test('that delays is proven by the time to a connection: twice the delay where it hits both ways', async () => {
    const took = (connectMs: number): Topology => answers(() => ({ ...ANSWER, connectMs }));
    const pinned = async (direction: 'both' | 'out') => delayFault.pin(sketchTopology(), delay(db1, db2, { by: '100ms', direction }));
    assert.equal((await delayFault.effect(took(150), await pinned('out'))).seen, true);
    assert.equal((await delayFault.effect(took(150), await pinned('both'))).seen, false);
    assert.equal((await delayFault.gone(took(150), await pinned('both'))).seen, true);
    assert.equal((await delayFault.gone(took(150), await pinned('out'))).seen, false);
    // no connection at all proves neither
    assert.equal(
      (
        await delayFault.effect(
          answers(() => SILENCE),
          await pinned('out'),
        )
      ).seen,
      false,
    );
    assert.equal(
      (
        await delayFault.gone(
          answers(() => SILENCE),
          await pinned('out'),
        )
      ).seen,
      false,
    );
  });

  test('that limits bandwidth is proven by datagrams that the receiver does not count in time', async () => {
    const counting = (arrived: number): Topology => {
      let asked = 0;
      return running((file) => (file === 'cat' ? `Udp: InDatagrams NoPorts\nUdp: 9 ${5 + arrived * asked++}\n` : ''));
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
    const mute = running(() => '');
    assert.equal((await limitBandwidthFault.effect(mute, pinned)).seen, false);
    assert.equal((await limitBandwidthFault.gone(mute, pinned)).seen, false);
  });

  test('that loses packets is proven by requests that are not even refused', async () => {
    const codes = (lost: number, other = REFUSAL): Topology => answers((_from, _url, index) => (index < lost ? SILENCE : other));
    const pinned = { hosts: ['db1'], paths: [out, back], impairment: { kind: 'line', loss: 0.1 } as const };
    assert.equal((await losePacketsFault.effect(codes(3), pinned)).seen, true);
    assert.equal((await losePacketsFault.effect(codes(0), pinned)).seen, false);
    assert.equal((await losePacketsFault.gone(codes(0), pinned)).seen, true);
    assert.equal((await losePacketsFault.gone(codes(1), pinned)).seen, false);
    assert.equal((await losePacketsFault.gone(codes(0, ANSWER), pinned)).seen, false);
  });
});
