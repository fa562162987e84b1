import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finalStateSql } from './final-state.ts';

describe('the SQL of the final state', () => {
  it('quotes the name of the run', () => {
    assert.match(finalStateSql("o'brien\\"), /run = E'o''brien\\\\'$/);
    assert.throws(() => finalStateSql('a\0b'), /NUL/);
  });
});
