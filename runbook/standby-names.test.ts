import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasName, waitedFor, withoutName } from './standby-names.ts';

describe('synchronous_standby_names', () => {
  test('loses the name that is ours, and nothing else', () => {
    for (const [value, expected] of [
      ['', ''],
      ['mintpress', ''],
      ['"mintpress"', ''],
      ['MintPress', ''],
      ['FIRST 1 (mintpress)', ''],
      ['s1', 's1'],
      ['*', '*'],
      ['s1, mintpress', 's1'],
      ['"s 1", "mintpress", "s""2"', '"s 1", "s""2"'],
      ['FIRST 1 (s1, s2)', 'FIRST 1 (s1, s2)'],
      ['FIRST 2 (mintpress, s1, s2)', 'FIRST 2 (s1, s2)'],
      ['FIRST 2 (mintpress, s1)', 'FIRST 1 (s1)'],
      ['any 2 ( "mintpress" , s1, s2 )', 'ANY 2 (s1, s2)'],
      ['2 (mintpress, s1, s2)', 'FIRST 2 (s1, s2)'],
      ['mintpress2, "mint,press"', 'mintpress2, "mint,press"'],
    ] as const)
      assert.equal(withoutName(value, 'mintpress'), expected, value);
  });

  test('names what a commit waits for', () => {
    assert.equal(hasName('ANY 1 (s1, "mintpress")', 'mintpress'), true);
    assert.equal(hasName('*', 'mintpress'), false);
    assert.deepEqual(waitedFor(''), { count: 0, names: [] });
    assert.deepEqual(waitedFor('s1, s2'), { count: 1, names: ['s1', 's2'] });
    assert.deepEqual(waitedFor('ANY 2 (s1, "S 2", s3)'), { count: 2, names: ['s1', 'S 2', 's3'] });
  });
});
