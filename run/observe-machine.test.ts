import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { processorTimes } from './observe-machine.ts';

describe('processor times', () => {
  test('idle and waiting for disks are idle; guests are not counted twice', () => {
    const stat = 'cpu  100 5 40 700 50 3 7 95 60 2\ncpu0 50 2 20 350 25 2 3 48 30 1\nintr 12345\n';
    assert.deepEqual(processorTimes(stat), { idle: 750, all: 1000 });
  });
  test('kernels that do not tell stolen time, or tell nothing', () => {
    assert.deepEqual(processorTimes('cpu 1 2 3 4\n'), { idle: 4, all: 10 });
    assert.deepEqual(processorTimes(''), { idle: 0, all: 0 });
  });
});
