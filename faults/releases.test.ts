import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';
import { blindHealthCheck, blindHealthCheckFault } from './blind-healthcheck.ts';
import type { Target } from './fault.ts';
import { flapHealthCheck, flapHealthCheckFault } from './flap-healthcheck.ts';
import { sketchTopology, type TopologySketch } from './topology.fixture.ts';

const b: Target = { kind: 'site', name: 'b' };
const node: Target = { kind: 'host', name: 'b1' };
const pods = ['p1', 'p2'].map((name) => ({ name, uid: `${name}-1`, node: 'b1', ending: false, restarts: 0 }));
const successors = ['p3', 'p4'].map((name) => ({ name, uid: `${name}-1`, node: 'b1', ending: false, restarts: 0 }));

/** A topology whose health checks say what `said` gives, answer by answer; the last is repeated. */
function saying(said: string[], sketch: TopologySketch = { pods: successors }): Topology {
  const answers = [...said];
  return new Proxy(sketchTopology(sketch), {
    get: (target, key): unknown => {
      if (key === 'observer') return target.host('observer');
      if (key !== 'probe') return Reflect.get(target, key) as unknown;
      return async () => ({ exitCode: 0, stdout: (answers.length > 1 ? answers.shift() : answers[0]) ?? '' });
    },
  });
}

const OWN = '{"status":"ok","writable":true,"site":"b"}\n200';
const BLIND = '{"status":"ok","blind":true,"site":"b"}\n200';
const [UP, DOWN] = ['{"status":"ok","flapping":true}\n200', '{"status":"unavailable","flapping":true}\n503'];
const NONE = '\n000';

describe('a release with another health check', () => {
  test('pins the api pods of a site, and what they are replaced by', async () => {
    const ending = { ...pods[0], name: 'p0', uid: 'p0-1', node: 'b2', restarts: 0, ending: true };
    const pinned = await flapHealthCheckFault.pin(sketchTopology({ pods: [ending, ...pods] }), flapHealthCheck(b, { every: '2s' }));
    assert.deepEqual(pinned, {
      hosts: ['b1', 'b2'],
      paths: [],
      pods: ['p1', 'p2'],
      uids: { p1: 'p1-1', p2: 'p2-1' },
      healthCheck: { kind: 'flapping', everyMs: 2000 },
    });
    for (const [fault, spec] of [
      [blindHealthCheckFault, blindHealthCheck(node)],
      [flapHealthCheckFault, flapHealthCheck(node, { every: '2s' })],
    ] as const) {
      await assert.rejects(
        fault.pin(sketchTopology(), spec),
        (error) => error instanceof UsageError && /expected a site as its target, came b1/.test(error.message),
      );
    }
  });

  test('refuses periods that no check would see, or that cannot be proven in time', () => {
    for (const every of ['2', '499ms', '3001ms', '0s', '-2s', '700.5ms']) {
      assert.throws(() => flapHealthCheck(b, { every }), UsageError, every);
    }
    for (const every of ['500ms', '3s']) flapHealthCheck(b, { every });
  });

  test('that is blind shows when every pod is replaced and every node says so', async () => {
    const pinned = await blindHealthCheckFault.pin(sketchTopology({ pods }), blindHealthCheck(b));
    const shows = async (topology: Topology): Promise<boolean> => (await blindHealthCheckFault.effect(topology, pinned)).seen;
    assert.deepEqual(
      [
        await shows(saying([BLIND])),
        await shows(saying([BLIND], { pods: [...pods.slice(1), ...successors] })),
        await shows(saying([BLIND, OWN])),
        await shows(saying([NONE])),
      ],
      [true, false, false, false],
    );
  });

  test('that flaps shows when every node says the one and then the other, and that it flaps', async () => {
    const pinned = await flapHealthCheckFault.pin(sketchTopology({ pods }), flapHealthCheck(b, { every: '500ms' }));
    const shows = async (...said: string[]): Promise<boolean> => (await flapHealthCheckFault.effect(saying(said), pinned)).seen;
    assert.deepEqual(
      [
        await shows(UP, UP, DOWN, DOWN),
        await shows(DOWN, UP, UP, DOWN),
        await shows(UP, UP, UP, DOWN),
        await shows(DOWN),
        await shows(UP, UP, NONE),
        await shows(OWN, UP, DOWN, DOWN),
      ],
      [true, true, false, false, false, false],
    );
  });

  test('is gone, and may begin, when the site serves and its own health check answers at every node', async () => {
    const pinned = await blindHealthCheckFault.pin(sketchTopology({ pods }), blindHealthCheck(b));
    const gone = async (topology: Topology): Promise<boolean> => (await blindHealthCheckFault.gone(topology, pinned)).seen;
    assert.deepEqual(
      [
        await gone(saying([OWN])),
        await gone(saying([OWN], { unready: ['b'] })),
        await gone(
          saying([OWN], { pods: [...successors, { ...successors[0], name: 'p1', uid: 'p1-1', node: 'b1', restarts: 0, ending: true }] }),
        ),
        await gone(saying([OWN, BLIND])),
        await gone(saying([UP])),
        await gone(saying([NONE])),
      ],
      [true, false, false, false, false, false],
    );
  });
});
