import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { HoldfastError } from './errors.ts';
import { identify, isAlive, type ProcessIdentity } from './processes.ts';

/** Takes a lock file for this process; a HoldfastError names the live owner. It is stale only when its owner is gone. */
export function takeLock(path: string, purpose: string): Disposable {
  mkdirSync(dirname(path), { recursive: true });
  const mine = JSON.stringify({ ...identify(process.pid), purpose });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600 });
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
        throw new HoldfastError(`expected to be alone for "${purpose}"; process ${owner.pid} is at work here ("${owner.purpose}"): wait for it or end it`);
      }
      rmSync(path, { force: true });
    }
    throw new HoldfastError(`could not take the lock ${path} for "${purpose}": others keep taking it; try again`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The live process that holds a lock, if any. */
export function lockOwner(path: string): (ProcessIdentity & { purpose: string }) | undefined {
  try {
    const owner = JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity & { purpose: string };
    return isAlive(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

function release(path: string, mine: string): void {
  try {
    if (readFileSync(path, 'utf8') === mine) rmSync(path);
  } catch {
    // already gone: nothing to release
  }
}
