import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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
