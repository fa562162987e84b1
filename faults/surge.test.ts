import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { steady } from '../load/profiles.ts';
import { UsageError } from '../support/errors.ts';
import { faultFrom } from './asking.ts';
import { surge, surgeFault } from './surge.ts';
import { sketchTopology } from './topology.fixture.ts';

const topology = sketchTopology();

describe('a surge', () => {
  test('adds what makes the load of a profile a multiple', () => {
    const profile = steady({ writesPerSecond: 200, readsPerSecond: 300, putsPerSecond: 10 });
    assert.deepEqual(surge(profile, { times: 3 }).rates, { writes: 420, reads: 600 });
  });

  test('is pinned to the load balancer, with the requests that it has without', async () => {
    const pinned = await surgeFault.pin(topology, faultFrom(topology, { fault: 'surge', target: 'balancer', words: { writes: '50' } }));
    assert.deepEqual(pinned, { hosts: ['glb'], paths: [], rates: { writes: 50, reads: 0 }, requestsPerSecond: 0 });
  });

  const refused: [string, () => unknown, RegExp][] = [
    ['that is none', () => surge(steady({ writesPerSecond: 1, readsPerSecond: 1 }), { times: 1 }), /above 1, came 1/],
    ['without a rate', () => asked({}), /came 0 writes and 0 reads/],
    ['with a rate that is no number', () => asked({ writes: 'many' }), /writes "many": expected operations a second/],
    ['of less than nothing', () => asked({ reads: '-3' }), /reads "-3"/],
    ['that would drown the machine', () => asked({ writes: '9000', reads: '9000' }), /1 to 10000 operations a second/],
  ];
  for (const [what, ask, why] of refused) {
    test(`${what} is refused`, () => assert.throws(ask, (error) => error instanceof UsageError && why.test(error.message)));
  }

  test('of anything but the load balancer is refused', () =>
    assert.rejects(surgeFault.pin(topology, asked({ writes: '5' }, 'a1')), /expected the load balancer .* came a1/));

  function asked(words: { writes?: string; reads?: string }, target = 'balancer') {
    return faultFrom(topology, { fault: 'surge', target, words });
  }
});
