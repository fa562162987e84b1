import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agree, type Claiming } from './claims.ts';

const powerOff = (at: number, lengthMs = 10_000): Claiming => ({ at, lengthMs, kind: 'off', claims: { primary: 'alone' } });
const cut = (at: number, lengthMs = 10_000): Claiming => ({ at, lengthMs, kind: 'held', claims: { primary: 'whole' } });
const rollout = (at: number): Claiming => ({ at, lengthMs: 0, kind: 'momentary', claims: { sites: 'alone', primary: 'settled' } });
const switchover = (at: number): Claiming => ({ at, lengthMs: 0, kind: 'momentary', claims: { primary: 'sole' } });

/** Asked both ways, for the answer does not depend on that. */
function both(one: Claiming, other: Claiming): boolean {
  assert.equal(agree(one, other), agree(other, one));
  return agree(one, other);
}

describe('two faults in one schedule', () => {
  test('may last together where they use different parts, but never begin together', () => {
    const standby: Claiming = { ...powerOff(3_000), claims: { standby: 'alone' } };
    assert.ok(both(powerOff(0), standby));
    assert.ok(!both(powerOff(2_000), standby));
  });

  test('break one part only one after the other, its recovery included', () => {
    assert.ok(!both(powerOff(0), powerOff(21_000)));
    assert.ok(both(powerOff(0), powerOff(22_000)));
  });

  test('a part that a fault impairs may break once that is proven, and must be whole when its end is looked for', () => {
    assert.ok(!both(cut(0), powerOff(2_000)));
    assert.ok(both(cut(0), powerOff(3_000)));
    assert.ok(!both(cut(5_000), powerOff(0)), 'it begins while the part is broken');
    assert.ok(!both(cut(0), powerOff(3_000, 28_000)), 'the part is broken for longer than the end of the cut may take to show');
  });

  test('a rollout waits until nothing is impaired, and is left alone until it is proven', () => {
    assert.ok(!both(cut(0), rollout(8_000)));
    assert.ok(both(cut(0), rollout(13_000)));
    assert.ok(!both(rollout(0), cut(5_000)));
    assert.ok(both(rollout(0), cut(11_000)));
  });

  test('a planned change of the leader stands alone', () => {
    assert.ok(!both(cut(0), switchover(5_000)));
    assert.ok(both(cut(0), switchover(13_000)));
    assert.ok(!both(switchover(0), powerOff(5_000)));
  });
});
