import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missingSegments } from './backups.ts';
import { bootstrapMethod } from './pgbackrest.ts';

describe('how Patroni makes the first copy', () => {
  const restore = { backup: '20261101-120000F', begunAt: '2026-11-01T12:30:00.000Z' };
  const recovery = (to?: string): Record<string, unknown> => {
    const { pgbackrest } = bootstrapMethod({ ...restore, ...(to === undefined ? {} : { to }) }) as {
      pgbackrest: { command: string; recovery_conf: Record<string, unknown> };
    };
    assert.match(pgbackrest.command, /restore --set=20261101-120000F --type=none$/);
    return pgbackrest.recovery_conf;
  };

  test('is its own where nothing is restored', () => assert.deepEqual(bootstrapMethod(undefined), {}));

  test('is a backup, replayed to the end of the archive', () => {
    const { restore_command, ...ends } = recovery();
    assert.match(String(restore_command), /archive-get %f %p$/);
    assert.deepEqual(ends, { recovery_target_timeline: 'latest', recovery_target_action: 'promote' });
  });

  test('or to a time, in the words of PostgreSQL', () =>
    assert.equal(recovery('2026-11-01T12:29:00.250Z')['recovery_target_time'], '2026-11-01 12:29:00.250+00'));
});

describe('segments of the log that an archive lacks', () => {
  const file = (name: string): string => `${name}-da39a3ee5e6b4b0d3255bfef95601890afd80709.lz4`;

  test('are those between two that no file holds, whatever its timeline', () => {
    const files = ['0000000100000000000000FE', '0000000100000000000000FF', '000000020000000100000001'].map(file);
    const [first, last] = ['0000000100000000000000FE', '000000020000000100000001'];
    assert.deepEqual(missingSegments(files, { first, last }), [256]);
    assert.deepEqual(missingSegments([...files, file('000000020000000100000000')], { first, last }), []);
  });

  test('are not hidden by what is no segment', () => {
    const [first, last] = ['000000010000000000000003', '000000010000000000000003'];
    assert.deepEqual(missingSegments(['', '00000002.history', '000000010000000000000003.00000028.backup'], { first, last }), [3]);
  });
});
