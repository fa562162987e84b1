import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import { faultFrom, type Words } from './asking.ts';
import { catalogue } from './catalogue.ts';
import type { FaultSpec } from './fault.ts';
import { sketchTopology } from './topology.fixture.ts';

const asked = (fault: string, target: string, words: Words = {}): FaultSpec => faultFrom(sketchTopology(), { fault, target, words });

describe('a fault that a person asks for', () => {
  test('names a host, a site or a role, and an other end', () => {
    assert.deepEqual(asked('freeze', 'db1').target, { kind: 'host', name: 'db1' });
    assert.deepEqual(asked('power-off', 'b').target, { kind: 'site', name: 'b' });
    assert.deepEqual(asked('cancel-waits', 'primary').target, { kind: 'role', role: 'primary' });
    assert.equal(asked('isolate', 'a', { from: 'database' }).from, 'database');
    assert.deepEqual(asked('isolate', 'primary', { from: 'sync-standby' }).from, { kind: 'role', role: 'sync-standby' });
  });

  test('says what it does', () => {
    assert.deepEqual(asked('delay', 'db1', { from: 'db2', by: '50ms', direction: 'out' }), {
      fault: 'delay',
      target: { kind: 'host', name: 'db1' },
      from: { kind: 'host', name: 'db2' },
      direction: 'out',
      line: { delayMs: 50, jitterMs: 0 },
    });
    assert.deepEqual(asked('lose-packets', 'db1', { from: 'everything', share: '0.1' }).line, { loss: 0.1 });
  });

  test('is refused with the word that was not understood, and what would be', () => {
    const refused: [string, string, Words, RegExp][] = [
      ['explode', 'db1', {}, /unknown fault "explode": expected one of power-off,/],
      ['freeze', 'db9', {}, /unknown target "db9": expected one of primary, .*a \(site\), .*db1/],
      ['freeze', 'db1', { from: 'a' }, /freeze takes no "from"; it takes allowTotalLoss/],
      ['cancel-waits', 'primary', { by: '1s' }, /takes nothing but its target/],
      ['isolate', 'a', {}, /isolate: expected "from"/],
      ['isolate', 'a', { from: 'moon' }, /unknown target "moon": expected one of database,/],
      ['isolate', 'a', { from: 'b', direction: 'up' }, /direction "up": expected one of both, out, in/],
      ['delay', 'a', { from: 'b' }, /delay: expected "by"/],
      ['delay', 'a', { from: 'b', by: '50' }, /by "50": expected a positive number with a unit/],
      ['lose-packets', 'a', { from: 'b' }, /share: expected 0.05 to 1/],
      ['lose-packets', 'a', { from: 'b', share: 'half' }, /share: expected 0.05 to 1/],
    ];
    for (const [fault, target, words, says] of refused) {
      assert.throws(
        () => asked(fault, target, words),
        (error) => error instanceof UsageError && says.test(error.message),
        `${fault} ${target}`,
      );
    }
  });

  test('may be any of the catalogue', () => {
    const words: Record<string, Words> = {
      isolate: { from: 'b' },
      refuse: { from: 'b' },
      delay: { from: 'b', by: '50ms' },
      'lose-packets': { from: 'b', share: '0.5' },
    };
    for (const name of Object.keys(catalogue)) assert.equal(asked(name, 'a', words[name]).fault, name);
  });
});
