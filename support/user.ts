import { chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

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

/** Gives files made as root to the person who called; links are not followed. */
export function giveToUser(path: string, options: { deep?: boolean } = {}): void {
  const { uid, gid } = invokingUser();
  if (!isRoot() || uid === 0) return;
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined || entry.isSymbolicLink()) return;
  chownSync(path, uid, gid);
  if (entry.isDirectory() && options.deep !== false) for (const name of readdirSync(path)) giveToUser(join(path, name));
}
