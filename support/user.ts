import { closeSync, constants, fchownSync, fstatSync, openSync, readdirSync } from 'node:fs';

/** The person behind this process: under sudo the one who called it. */
export function invokingUser(): { uid: number; gid: number } {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0 || process.env.SUDO_UID === undefined) return { uid, gid };
  return { uid: Number(process.env.SUDO_UID), gid: Number(process.env.SUDO_GID ?? process.env.SUDO_UID) };
}

/** Whether this process may make namespaces, mounts and cgroups. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Options that make a child process run as the person who called; empty when that is root itself. */
export function asUser(): { uid?: number; gid?: number } {
  const { uid, gid } = invokingUser();
  return isRoot() && uid !== 0 ? { uid, gid } : {};
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Gives files and folders that root made to the person who called. Whoever owns a folder may change it meanwhile: each entry is opened in the folder that
 * was opened before it, so that no link is followed, and what has a name elsewhere or belongs to somebody else stays as it is. A folder is given after what is in it.
 */
export function giveToUser(path: string, options: { deep?: boolean } = {}): void {
  const { uid } = invokingUser();
  if (!isRoot() || uid === 0) return;
  const file = openEntry(path);
  if (file === undefined) return;
  try {
    const entry = fstatSync(file);
    if (entry.isDirectory() && options.deep !== false) for (const name of readdirSync(opened(file))) giveToUser(`${opened(file)}/${name}`);
    const isOurs = entry.isDirectory() || (entry.isFile() && entry.nlink === 1);
    if (isOurs && entry.uid === 0) fchownSync(file, uid, invokingUser().gid);
  } finally {
    closeSync(file);
  }
}

/** A folder by its number, whatever its name leads to by now. */
function opened(folder: number): string {
  return `/proc/self/fd/${folder}`;
}

/** Opens what lies there itself; undefined for a link, a socket, or where nothing is. */
function openEntry(path: string): number | undefined {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
