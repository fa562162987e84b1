import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { executeSql, prepareSql } from './statement.ts';

describe('a statement', () => {
  it('is made known once, and run by its name and values', () => {
    const statement = { name: 'store', text: 'INSERT INTO t VALUES ($1::text, $2::integer, $3::text)', values: ["it's", 7, null] };
    assert.equal(prepareSql(statement), 'PREPARE store AS INSERT INTO t VALUES ($1::text, $2::integer, $3::text)');
    assert.equal(executeSql(statement), "EXECUTE store ('it''s', 7, NULL)");
  });

  it('without values is run by its name', () => {
    assert.equal(executeSql({ name: 'now', text: 'SELECT now()', values: [] }), 'EXECUTE now');
  });

  it('takes a backslash as it is', () => {
    assert.equal(executeSql({ name: 'say', text: 'SELECT $1::text', values: ['a\\b'] }), "EXECUTE say ( E'a\\\\b')");
  });
});
