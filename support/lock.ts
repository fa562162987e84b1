import { linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { HoldfastError } from './errors.ts';
import { draftOf, readOrdinary, writeNew } from './files.ts';
import { identify, isAlive, type ProcessIdentity } from './processes.ts';

/** Takes a lock file for this process; a HoldfastError names the live owner. It is stale only when its owner is gone. */
export function takeLock(path: string, purpose: string): Disposable {
  mkdirSync(dirname(path), { recursive: true });
  const mine = JSON.stringify({ ...identify(process.pid), purpose });
  const draft = draftOf(path);
  writeNew(draft, mine, 0o600);
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        linkSync(draft, path);
        return { [Symbol.dispose]: () => release(path, mine) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = lockOwner(path);
      if (owner !== undefined) {
        throw new HoldfastError(
          `expected to be alone for "${purpose}"; process ${owner.pid} is at work here ("${owner.purpose}"): wait for it or end it`,
        );
      }
      removeStale(path, draft);
    }
    throw new HoldfastError(`could not take the lock ${path} for "${purpose}": others keep taking it; try again`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes a lock as soon as it is free, blocking this process for at most `timeoutMs`; only for work of milliseconds. */
export function takeLockSoon(path: string, purpose: string, timeoutMs: number): Disposable {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return takeLock(path, purpose);
    } catch (error) {
      if (performance.now() >= until || !(error instanceof HoldfastError)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

/** The live process that holds a lock, if any. */
export function lockOwner(path: string): (ProcessIdentity & { purpose: string }) | undefined {
  try {
    const owner = JSON.parse(readOrdinary(path)) as ProcessIdentity & { purpose: string };
    return isAlive(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Takes a dead owner's lock out of the way; one that was taken anew meanwhile is put back. */
function removeStale(path: string, draft: string): void {
  const aside = `${draft}.stale`;
  try {
    renameSync(path, aside);
    if (lockOwner(aside) !== undefined) linkSync(aside, path);
  } catch {
    // somebody else was faster
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(path: string, mine: string): void {
  try {
    if (readOrdinary(path) === mine) rmSync(path);
  } catch {
    // already gone: nothing to release
  }
}
