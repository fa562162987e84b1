import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';
import { refuseUnrest, unrest } from './at-rest.ts';
import { openJournal } from './journal.ts';
import { sketchTopology } from './topology.fixture.ts';

const journalDir = mkdtempSync(join(tmpdir(), 'holdfast-journal-'));
after(() => rmSync(journalDir, { recursive: true }));

function topology(broken: Partial<Topology> = {}, sketch: Parameters<typeof sketchTopology>[0] = {}): Topology {
  const whole = sketchTopology(sketch);
  const router = { impaired: async () => [] } as unknown as Topology['router'];
  const parts: Partial<Topology> = { journalDir, router, ...broken };
  return new Proxy(whole, { get: (target, key): unknown => (Reflect.get(parts, key) as unknown) ?? (Reflect.get(target, key) as unknown) });
}

describe('a topology in which a fault may be injected', () => {
  test('has nothing that is not as it should be', async () => assert.deepEqual(await unrest(topology()), []));

  const broken: [string, Topology, RegExp][] = [
    ['a site down', topology({}, { unready: ['b'] }), /site b does not serve \(3 of 4 pods ready\)/],
    [
      'paths impaired',
      topology({ router: { impaired: async () => [{ from: 'a1', to: 'db1', kind: 'drop' }] } as unknown as Topology['router'] }),
      /packets from a1 to db1 are impaired \(drop\)/,
    ],
    [
      'a server out',
      topology({ balancer: { ...sketchTopology().balancer, backends: async () => ({ 'a/a1': 'UP', 'b/b1': 'DOWN' }) } }),
      /b\/b1 is DOWN at the load balancer/,
    ],
    ['no leader', topology({}, { copies: [] }), /not in its reference state/],
  ];
  for (const [what, one, why] of broken) {
    test(`is refused with ${what}, with what would help`, () =>
      assert.rejects(refuseUnrest(one, 0), (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, why);
        assert.match(error.message, /"holdfast up --name sketch" repairs it/);
        return true;
      }));
  }

  test('is waited for while it comes to rest', async () => {
    const looks = [['b'], [], []];
    const settling = new Proxy(topology(), {
      get: (target, key): unknown =>
        key === 'sites' ? sketchTopology({ unready: looks.shift() ?? [] }).sites : (Reflect.get(target, key) as unknown),
    });
    await refuseUnrest(settling);
    assert.ok(looks.length < 2);
  });

  test('is not refused while a fault is open that may be why', async () => {
    const pinned = { hosts: ['b1'], paths: [] };
    openJournal(journalDir, { fault: 'freeze', kind: 'held', target: 'b1', pinned, leaseEndNs: '1' }, 'a look');
    await refuseUnrest(topology({}, { unready: ['b'] }));
  });
});
