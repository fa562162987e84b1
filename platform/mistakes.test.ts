import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mistakesOf, spoiltDsn } from './mistakes.ts';
import { settingsFrom } from './settings.ts';

const base = {
  HOLDFAST_SITE: 'b',
  HOLDFAST_NODE: 'b1',
  DATABASE_RW: 'postgres://app:right@db:5432/x',
  DATABASE_RO: 'postgres://app:right@ro:5432/x',
};
const change = (fields: Partial<Parameters<ReturnType<typeof mistakesOf>['shows']>[0]> = {}) => ({
  id: 'e',
  found: true,
  timeline: 1,
  ageMs: 9000,
  ...fields,
});

test('without a control an API says what the database said', () => {
  const { shows, stored, needsAge } = mistakesOf(settingsFrom(base));
  stored('e');
  assert.deepEqual(
    [shows(change()), shows(change({ found: false })), shows(change({ timeline: 2 })), needsAge],
    [true, false, true, false],
  );
});

test('an API may say "found" of everything', () => {
  const { shows } = mistakesOf(settingsFrom({ ...base, FOUND_WITHOUT_ASKING: '1' }));
  assert.equal(shows(change({ found: false })), true);
});

test('an API may show what it was asked to store before it is', () => {
  const { shows, stored } = mistakesOf(settingsFrom({ ...base, CACHES_BEFORE_COMMIT: '1' }));
  stored('e');
  assert.deepEqual([shows(change({ found: false })), shows(change({ id: 'f', found: false }))], [true, false]);
});

test('an API may forget what is old, on a new timeline', () => {
  const { shows, needsAge } = mistakesOf(settingsFrom({ ...base, FORGETS_AFTER_FAILOVER: '3000' }));
  assert.equal(needsAge, true);
  assert.deepEqual([shows(change()), shows(change({ timeline: 2 })), shows(change({ timeline: 2, ageMs: 2000 }))], [true, false, true]);
});

test('a control names a site or a node, and no other has the mistake', () => {
  for (const [where, wrong] of [
    ['b', true],
    ['b1', true],
    ['a', false],
    ['', false],
  ] as const) {
    const settings = settingsFrom({ ...base, WRONG_WRITE_PASSWORD_AT: where, NO_SHARDS_AT: where });
    assert.deepEqual(
      [settings.wrongWritePassword, settings.noWritePath, settings.noReplicaPath, settings.takesNoShards],
      [wrong, false, false, wrong],
    );
  }
  assert.equal(settingsFrom({ ...base, NO_REPLICA_PATH_AT: 'b' }).noReplicaPath, true);
  assert.equal(settingsFrom({ ...base, NO_WRITE_PATH_AT: 'b1' }).noWritePath, true);
  assert.equal(spoiltDsn(base.DATABASE_RO, { password: true }), 'postgres://app:a-wrong-password@ro:5432/x');
  assert.equal(spoiltDsn(base.DATABASE_RO, { path: true }), 'postgres://app:right@ro:1/x');
  assert.equal(spoiltDsn(base.DATABASE_RO, {}), base.DATABASE_RO);
});
