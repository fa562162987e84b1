import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../../support/errors.ts';
import type { Backup } from '../model.ts';
import { backupFor } from './backup-choice.ts';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 1, 12, minute));
const backup = (name: string, minute: number): Backup => ({ name, endedAt: at(minute), bytes: 1 });
const first = backup('first', 10);
const second = backup('second', 20);
const restoredTo = (minute: number, begun: number) => ({ to: at(minute).toISOString(), begunAt: at(begun).toISOString() });

describe('the backup from which a service is restored', () => {
  test('is the newest, or the newest that had ended by the chosen time', () => {
    const backups = [second, first];
    assert.equal(backupFor({ backups, restores: [] }), second);
    assert.equal(backupFor({ backups, restores: [], to: at(20) }), second);
    assert.equal(backupFor({ backups, restores: [], to: at(19) }), first);
  });

  test('is none that was taken in a stretch that an earlier restore gave up', () => {
    const restores = [restoredTo(15, 25)];
    assert.equal(backupFor({ backups: [first, second], restores }), first);
    assert.equal(backupFor({ backups: [first, second, backup('third', 30)], restores }).name, 'third');
    assert.equal(backupFor({ backups: [first, second], restores, to: at(40) }), first);
    const toTheEnd = [{ begunAt: at(25).toISOString() }];
    assert.equal(backupFor({ backups: [first, second], restores: toTheEnd }), second);
  });

  test('a time in such a stretch is refused', () => {
    const restores = [restoredTo(15, 25)];
    const isRefused = (error: unknown): boolean => error instanceof UsageError && /was given up by an earlier restore/.test(error.message);
    for (const minute of [16, 25]) assert.throws(() => backupFor({ backups: [first], restores, to: at(minute) }), isRefused);
    for (const minute of [15, 26]) assert.equal(backupFor({ backups: [first], restores, to: at(minute) }), first);
  });

  test('where there is none, those that there are stand in the refusal', () => {
    const refusal = (message: RegExp) => (error: unknown) => error instanceof UsageError && message.test(error.message);
    assert.throws(() => backupFor({ backups: [], restores: [] }), refusal(/expected a backup that had ended; there are none/));
    assert.throws(
      () => backupFor({ backups: [first], restores: [], to: at(9) }),
      refusal(/ended by 2026-11-01T12:09:00.000Z; there are first, ended 2026-11-01T12:10:00.000Z/),
    );
  });
});
