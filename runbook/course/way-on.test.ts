import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { named } from './way-on.fixture.ts';

describe('the way on that a message names', () => {
  it('is a command in quotes, with its options', () => {
    const message = 'holdfast: site a has 3 rows: "holdfast failback a --as-reader --discard orders papers" gives them up';
    assert.deepEqual(named(message, ['promote', 'b'], 'a'), [['failback', 'a', '--as-reader', '--discard', 'orders', 'papers']]);
  });

  it('is the same command with an option that is named', () => {
    const message = 'holdfast: leave it there with "--leave-behind cache", or give it up with --accept-loss';
    assert.deepEqual(named(message, ['promote', 'b'], 'a'), [
      ['promote', 'b', '--leave-behind', 'cache'],
      ['promote', 'b', '--accept-loss'],
    ]);
  });

  it('is the other site where it is called so, and the same where none is named', () => {
    assert.deepEqual(named('holdfast: "holdfast failback <the other one>"', ['promote', 'b'], 'a'), [['failback', 'a']]);
    assert.deepEqual(named('holdfast: rebuild it with "failback"', ['promote', 'b'], 'a'), [['failback', 'b']]);
  });

  it('is none where a message quotes other things', () => {
    assert.deepEqual(named('holdfast: expected publication "mintpress", there is none', ['promote', 'b'], 'a'), []);
  });
});
