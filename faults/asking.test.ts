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
    assert.deepEqual(asked('stop-daemon', 'dcs1,db2', { daemon: 'etcd' }).target, { kind: 'hosts', names: ['dcs1', 'db2'] });
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
      ['freeze', 'db9', {}, /unknown target "db9": expected one of primary, sync-standby, copies, dcs, .*a \(site\), .*db1/],
      ['freeze', 'db1', { from: 'a' }, /freeze takes no "from"; it takes allowTotalLoss/],
      ['cancel-waits', 'primary', { by: '1s' }, /takes nothing but its target/],
      ['freeze', 'db1,db9', {}, /unknown target "db1,db9"/],
      ['isolate', 'a', {}, /isolate: expected "from"/],
      ['isolate', 'a', { from: 'moon' }, /unknown target "moon": expected one of database,/],
      ['isolate', 'a', { from: 'b', direction: 'up' }, /direction "up": expected one of both, out, in/],
      ['forget-connections', 'a', { from: 'b', direction: 'in' }, /forget-connections takes no "direction"; it takes from, allowTotalLoss/],
      ['delay', 'a', { from: 'b' }, /delay: expected "by"/],
      ['delay', 'a', { from: 'b', by: '50' }, /by "50": expected a positive number with a unit/],
      ['lose-packets', 'a', { from: 'b' }, /share: expected 0.05 to 1/],
      ['delete-pods', 'a', {}, /app: expected one of api, worker, postgres, came none/],
      ['delete-pods', 'a', { app: 'api', grace: '1s' }, /grace "1s": expected whole seconds/],
      ['limit-bandwidth', 'a', { from: 'b' }, /limit-bandwidth: expected "to"/],
      ['limit-bandwidth', 'a', { from: 'b', to: '1' }, /to "1": expected 100kbit to 100Mbit/],
      ['lose-packets', 'a', { from: 'b', share: 'half' }, /share: expected 0.05 to 1/],
      ['weigh-site', 'a', {}, /weigh-site: expected "weight", such as "10%"; came none/],
      ['weigh-site', 'a', { weight: '0.1' }, /weight "0.1": expected "1%" to "99%"/],
      ['flap-healthcheck', 'a', {}, /flap-healthcheck: expected "every", such as "2s"; came none/],
      ['flap-healthcheck', 'a', { every: '2' }, /every "2": expected a positive number with a unit/],
      ['blind-healthcheck', 'a', { app: 'api' }, /blind-healthcheck takes no "app"; it takes allowTotalLoss/],
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
      'delete-pods': { app: 'api', grace: '0' },
      'kill-containers': { app: 'api' },
      'scale-to-zero': { app: 'worker' },
      'restart-pods': { app: 'api' },
      'stop-daemon': { daemon: 'etcd' },
      'kill-daemon': { daemon: 'etcd' },
      isolate: { from: 'b' },
      refuse: { from: 'b' },
      'forget-connections': { from: 'b' },
      delay: { from: 'b', by: '50ms' },
      'lose-packets': { from: 'b', share: '0.5' },
      'limit-bandwidth': { from: 'b', to: '1Mbit' },
      'weigh-site': { weight: '10%' },
      'flap-healthcheck': { every: '2s' },
      surge: { writes: '100', reads: '100' },
    };
    for (const name of Object.keys(catalogue)) assert.equal(asked(name, 'a', words[name]).fault, name);
  });
});
