import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dropOldRunsSql, finalStateSql } from './final-state.ts';

describe('the SQL of the final state', () => {
  it('quotes the name of the run', () => {
    assert.match(finalStateSql("o'brien\\"), /run = E'o''brien\\\\'$/);
    assert.throws(() => finalStateSql('a\0b'), /NUL/);
  });

  it('keeps a whole number of runs', () => {
    assert.match(dropOldRunsSql(3), /LIMIT 3\n/);
    for (const keep of [0, 1.5, Number.NaN]) assert.throws(() => dropOldRunsSql(keep), /at least 1/);
  });
});
