import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { HoldfastError } from './errors.ts';
import { lockOwner, takeLock } from './lock.ts';
import { identify, type ProcessIdentity } from './processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
after(() => rmSync(folder, { recursive: true }));
const skip = process.platform !== 'linux' && 'who owns a lock is read from /proc';

let locks = 0;
const newPath = (): string => join(folder, `lab-${++locks}`, 'run.lock');

/** A lock file as another process would have left it. */
function leftBy(owner: ProcessIdentity | object): string {
  const path = newPath();
  takeLock(path, 'to make its folder')[Symbol.dispose]();
  writeFileSync(path, JSON.stringify({ ...owner, purpose: 'lose-a-site' }));
  return path;
}

describe('a lock', { skip }, () => {
  test('names its owner while it is held, and is free again after', () => {
    const path = newPath();
    {
      using _lock = takeLock(path, 'freeze-the-primary');
      assert.partialDeepStrictEqual(lockOwner(path), { pid: process.pid, purpose: 'freeze-the-primary' });
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
    assert.equal(lockOwner(path), undefined);
    assert.deepEqual(readdirSync(join(path, '..')), []);
  });

  test('is refused while its owner lives, and says who that is and what it does', () => {
    const parent = identify(process.ppid);
    assert.ok(parent !== undefined);
    const path = leftBy(parent);
    const before = readFileSync(path, 'utf8');
    assert.throws(
      () => takeLock(path, 'mine'),
      (error) => {
        assert.ok(error instanceof HoldfastError);
        assert.match(error.message, new RegExp(`"mine"; process ${process.ppid} is at work here \\("lose-a-site"\\)`, 'u'));
        return true;
      },
    );
    assert.equal(readFileSync(path, 'utf8'), before);
    assert.deepEqual(readdirSync(join(path, '..')), ['run.lock']);
  });

  test('is refused to the process itself a second time', () => {
    const path = newPath();
    using _lock = takeLock(path, 'first');
    assert.throws(() => takeLock(path, 'second'), /"first"/u);
  });

  test('of a process that is gone is taken over: another start time, another boot, no such process', () => {
    const mine = identify(process.pid) as ProcessIdentity;
    const gone = [{ ...mine, startTicks: '1' }, { ...mine, bootId: 'an earlier one' }, { ...mine, pid: 2 ** 22 + 1 }, {}];
    for (const owner of gone) {
      const path = leftBy(owner);
      assert.equal(lockOwner(path), undefined);
      using _lock = takeLock(path, 'after it');
      assert.equal(lockOwner(path)?.purpose, 'after it');
    }
  });

  test('that is half written is taken over', () => {
    const path = leftBy({});
    writeFileSync(path, '{"pid": 1');
    using _lock = takeLock(path, 'after it');
    assert.equal(lockOwner(path)?.purpose, 'after it');
  });

  test('of another is left alone when a lost one is let go', () => {
    const path = newPath();
    const lost = takeLock(path, 'mine');
    writeFileSync(path, JSON.stringify({ ...identify(process.ppid), purpose: 'theirs' }));
    lost[Symbol.dispose]();
    assert.equal(existsSync(path), true);
    assert.equal(lockOwner(path)?.purpose, 'theirs');
  });
});
