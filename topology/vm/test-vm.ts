import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { takeLock } from '../../support/lock.ts';
import { cacheDir } from '../../support/paths.ts';
import type { Progress } from '../../toolchain/artefact.ts';
import { emulatorPrograms, installPackages } from '../../toolchain/packages.ts';
import { prepare } from '../lab/prepare.ts';
import { writeCarriedDisk } from './carried-disk.ts';
import { runGuest } from './emulator.ts';
import { guestImage } from './guest-image.ts';

/** How much longer than here things may take in an emulated machine. */
const SLOW = 10;
const LINE = 'VM TEST: ';

/** Runs the lab's checks on an emulated Debian 12 machine with systemd and cgroup v2, which most users have; says how many held. */
export async function testVm(progress: Progress): Promise<{ passed: number; failed: number }> {
  const prepared = await prepare(progress);
  await installPackages(progress, emulatorPrograms);
  const folder = join(cacheDir(), 'vm');
  mkdirSync(folder, { recursive: true });
  using _lock = takeLock(join(folder, 'lock'), 'testing in an emulated machine');
  const image = await guestImage(progress);
  const carried = join(folder, 'carried.img');
  const console = join(folder, 'console.log');
  let result: { passed: number; failed: number } | undefined;
  try {
    progress('making the disk with checkout, packages and caches (about 10 s) …');
    await writeCarriedDisk({ prepared, slow: SLOW, disk: carried });
    progress(`starting the emulated machine (about 12 min); its console: ${console}`);
    const onLine = (line: string): void => {
      if (!line.startsWith(LINE)) return;
      progress(line);
      const [, passed, failed] = /: (\d+) passed, (\d+) failed$/.exec(line) ?? [];
      if (passed !== undefined) result = { passed: Number(passed), failed: Number(failed) };
    };
    await runGuest({ image, carried, console, timeoutMs: limits.guestRun, onLine });
  } finally {
    rmSync(carried, { force: true });
  }
  if (result === undefined)
    throw new HoldfastError(
      `expected a last line "${LINE}N passed, N failed" from the emulated machine; it powered off without: see ${console}`,
    );
  return result;
}
