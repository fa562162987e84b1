import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import { execa } from 'execa';
import { EXIT } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';

const doctor = [process.execPath, join(projectRoot, 'cli/main.ts'), 'doctor'];

test('the doctor has tried every mechanism of faults', async () => {
  const { stdout } = await execa(doctor[0] as string, doctor.slice(1), { reject: false });
  assert.deepEqual(
    [...stdout.matchAll(/^ok +tried: .*, for (.*)$/gm)].map(([, faults]) => faults as string).toSorted((a, b) => a.localeCompare(b)),
    [
      'delay, lose-packets, limit-bandwidth',
      'fill-disk',
      'freeze',
      'isolate, refuse, forget-connections, delay, lose-packets, limit-bandwidth',
    ],
  );
});

test('where there is no TUN device the doctor says which faults cannot be done, and why', async () => {
  const without = ['--mount', 'sh', '-c', 'mount --bind /dev/null /dev/net/tun && exec "$@"', 'sh', ...doctor];
  const { stdout, exitCode } = await execa('unshare', without, { reject: false });
  assert.equal(exitCode, EXIT.machine);
  assert.match(
    stdout,
    /^MISSING TUN devices; this machine cannot do delay, lose-packets, limit-bandwidth: ioctl.*: load the module "tun"$/m,
  );
  assert.match(stdout, /^ok +tried: .*, for freeze$/m);
});
