import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { MachineError } from './errors.ts';
import { refuseLooseFiles, refuseShared } from './shared-folders.ts';
import { isRoot } from './user.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-shared-'));
after(() => rmSync(root, { recursive: true }));

let count = 0;
/** A folder two below one of its own. */
function folders(): { outer: string; middle: string; inner: string } {
  const outer = join(root, `${++count}`);
  const middle = join(outer, 'middle');
  const inner = join(middle, 'inner');
  mkdirSync(inner, { recursive: true });
  for (const folder of [outer, middle, inner]) chmodSync(folder, 0o755);
  return { outer, middle, inner };
}

const refused =
  (path: string, says: RegExp) =>
  (error: unknown): boolean =>
    error instanceof MachineError && error.message.startsWith(`${path}: `) && says.test(error.message);

describe('what is used as root', { skip: !isRoot() && 'only root has anything to lose' }, () => {
  const { SUDO_UID } = process.env;
  afterEach(() => {
    if (SUDO_UID === undefined) delete process.env.SUDO_UID;
    else process.env.SUDO_UID = SUDO_UID;
  });

  test('lies in folders of root, below one such as /tmp too', () => {
    const { middle, inner } = folders();
    refuseShared(inner);
    chmodSync(middle, 0o1777);
    refuseShared(inner);
  });

  test('does not lie where others may write, whether there, above, or where a link leads', () => {
    for (const mode of [0o775, 0o757, 0o777]) {
      for (const which of ['outer', 'middle', 'inner'] as const) {
        const made = folders();
        chmodSync(made[which], mode);
        assert.throws(() => refuseShared(made.inner), refused(made[which], /others may write to it/u));
        const link = join(root, `link${++count}`);
        symlinkSync(made.inner, link);
        assert.throws(() => refuseShared(link), refused(made[which], /chmod go-w/u));
      }
    }
    const { inner } = folders();
    chmodSync(inner, 0o1777);
    assert.throws(() => refuseShared(inner), refused(inner, /mode 1777/u));
  });

  test('belongs to root or to the person who called sudo, and to nobody else', () => {
    for (const which of ['outer', 'middle', 'inner'] as const) {
      const made = folders();
      chownSync(made[which], 4321, 4321);
      delete process.env.SUDO_UID;
      assert.throws(() => refuseShared(made.inner), refused(made[which], /belongs to user 4321/u));
      process.env.SUDO_UID = '4321';
      refuseShared(made.inner);
      process.env.SUDO_UID = '4322';
      assert.throws(() => refuseShared(made.inner), refused(made[which], /belongs to user 4321/u));
    }
  });

  test('is no file that others may write to', () => {
    const { inner } = folders();
    const program = join(inner, 'etcd');
    writeFileSync(program, '');
    chmodSync(program, 0o755);
    symlinkSync('etcd', join(inner, 'kubelet'));
    refuseLooseFiles(inner);
    chmodSync(program, 0o775);
    assert.throws(() => refuseLooseFiles(inner), refused(program, /mode 775/u));
    chmodSync(program, 0o755);
    chownSync(program, 4321, 4321);
    assert.throws(() => refuseLooseFiles(inner), refused(program, /belongs to user 4321/u));
  });
});
