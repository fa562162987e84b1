import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { EXIT } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';
import type { FaultSpec } from './fault.ts';
import { freeze } from './freeze.ts';
import { injectFault, RefusedError } from './inject.ts';
import { pauseReplay } from './pause-replay.ts';
import { powerOff } from './power-off.ts';
import { sketchTopology, type TopologySketch } from './topology.fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-inject-'));
after(() => rmSync(root, { recursive: true }));
const journalDir = join(root, 'journal');

function injecting(spec: FaultSpec, sketch: TopologySketch): Promise<unknown> {
  const topology: Topology = new Proxy(sketchTopology(sketch), {
    get: (target, key): unknown => (key === 'journalDir' ? journalDir : (Reflect.get(target, key) as unknown)),
  });
  return injectFault({ topology, spec, leaseMs: 1000, startHealer: async () => assert.fail('nothing was to be healed') });
}

describe('a fault that is refused', () => {
  test('says why, with the exit code of the reason, and leaves no journal', async () => {
    const silence: TopologySketch = { answers: () => ({ came: 'silence' }) };
    const refused: [FaultSpec, TopologySketch, number, RegExp][] = [
      [pauseReplay({ kind: 'role', role: 'primary' }), {}, EXIT.usage, /pause-replay: expected a standby as its target, came the primary/],
      [powerOff({ kind: 'site', name: 'b' }), { ...silence, unready: ['a'] }, EXIT.usage, /it would take the last healthy site/],
      [
        freeze({ kind: 'host', name: 'db1' }),
        silence,
        EXIT.inconclusive,
        /freeze on db1: expected a steady state before the fault; db1 asked/,
      ],
      [
        freeze({ kind: 'host', name: 'db1' }),
        { lacks: { freezer: 'load it' } },
        EXIT.machine,
        /this machine lacks its mechanism, freezer: load it/,
      ],
    ];
    for (const [spec, sketch, exitCode, message] of refused)
      await assert.rejects(injecting(spec, sketch), (error) => {
        assert.ok(error instanceof RefusedError);
        assert.match(error.message, message);
        assert.equal(error.exitCode, exitCode);
        return true;
      });
    assert.ok(!existsSync(journalDir));
  });

  test('is not one that falls on what answered late once: the steady state is waited for', async () => {
    let looks = 0;
    const late: TopologySketch = { answers: () => ({ came: ++looks === 1 ? 'silence' : 'answer' }) };
    // what comes after the steady state is the start of the healer
    await assert.rejects(injecting(freeze({ kind: 'host', name: 'db1' }), late), /nothing was to be healed/);
    assert.equal(looks, 2);
  });
});
