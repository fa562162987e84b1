import { lstatSync, readdirSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { MachineError } from './errors.ts';
import { invokingUser, isRoot } from './user.ts';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/** Refuses a folder whose content is used as root while others than root and the person who called may write to it, or move it by a folder above; a MachineError says the way on. */
export function refuseShared(folder: string): void {
  const inner = realpathSync(folder);
  for (let path = inner; ; path = dirname(path)) {
    // what lies in a folder such as /tmp, its owner alone may move
    refuse(path, lstatSync(path), { excused: path === inner ? 0 : STICKY });
    if (path === dirname(path)) return;
  }
}

/** Refuses such files right in a folder; a link is what it leads to, and that is looked at where it is kept. */
export function refuseLooseFiles(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const entry = lstatSync(path);
    if (!entry.isSymbolicLink()) refuse(path, entry, { excused: 0 });
  }
}

function refuse(path: string, { uid, mode }: Stats, { excused }: { excused: number }): void {
  if (!isRoot()) return;
  const isOurs = uid === 0 || uid === invokingUser().uid;
  const isLoose = (mode & WRITABLE_BY_OTHERS) !== 0 && (mode & excused) === 0;
  if (isOurs && !isLoose) return;
  const came = isOurs ? `others may write to it (mode ${(mode & 0o7777).toString(8)})` : `it belongs to user ${uid}`;
  throw new MachineError(
    `${path}: expected a folder of root or of the person who called, to which nobody else may write, for what lies there runs as root; ${came}: ` +
      `remove what others may have changed (it is made again) and take the right from them (chmod go-w), or set HOLDFAST_CACHE or HOLDFAST_STATE to another folder`,
  );
}
