import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { profileOf } from './profiles.ts';

describe('the profile', () => {
  test('is the quick one unless another is asked for, and none where scenarios are named', () => {
    assert.deepEqual(profileOf({ scenarios: [] }), { profile: 'quick', repeat: 1 });
    assert.deepEqual(profileOf({ scenarios: [], profile: 'nightly' }), { profile: 'nightly', repeat: 1 });
    assert.deepEqual(profileOf({ scenarios: ['fault-free'] }), { profile: undefined, repeat: 1 });
  });

  test('of a release runs everything three times, or as often as is asked', () => {
    assert.equal(profileOf({ scenarios: [], profile: 'release' }).repeat, 3);
    assert.equal(profileOf({ scenarios: [], profile: 'release', repeat: 1 }).repeat, 1);
    assert.equal(profileOf({ scenarios: [], profile: 'quick', repeat: 5 }).repeat, 5);
  });

  test('beside names is refused: nobody could say what was meant', () => {
    assert.throws(() => profileOf({ scenarios: ['fault-free', 'lose-a-site'], profile: 'quick' }), {
      message: /expected names of scenarios or a profile, not both; came "fault-free lose-a-site" and --profile quick/,
      exitCode: 64,
    });
  });
});
