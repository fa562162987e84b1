import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/proc/sys';

/** Values that the kernel itself counts or draws, whoever runs; all others are somebody's setting. */
const COUNTED: Readonly<Record<string, string>> = {
  'fs/aio-nr': 'requests under way',
  'fs/dentry-state': 'cached names of files',
  'fs/file-nr': 'open files',
  'fs/inode-nr': 'cached files',
  'fs/inode-state': 'cached files',
  'fs/quota': 'counters of quotas',
  'kernel/ns_last_pid': 'the last process that was started',
  'kernel/perf_event_max_sample_rate': 'lowered by the kernel where its samples take too long',
  'kernel/pty/nr': 'open terminals',
  'kernel/random/entropy_avail': 'entropy',
  'kernel/random/uuid': 'another one at each look',
  'net/netfilter/nf_conntrack_count': 'known connections',
  'vm/stat_refresh': 'no value: a look at it has the kernel add up its counters',
};

/** Every setting of the machine's kernel that can be read, by its path in /proc/sys: what `sysctl -a` shows. */
export function kernelSettings(folder = ''): Record<string, string> {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true }).map((entry) => ({ entry, path: join(folder, entry.name) }));
  return Object.assign(
    {},
    ...entries
      .filter(({ path }) => !(path in COUNTED))
      .map(({ entry, path }) => (entry.isDirectory() ? kernelSettings(path) : settingAt(path))),
  ) as Record<string, string>;
}

function settingAt(path: string): Record<string, string> {
  // reading one that is only for writing may do something
  if ((statSync(join(ROOT, path)).mode & 0o444) === 0) return {};
  try {
    return { [path]: readFileSync(join(ROOT, path), 'utf8').trim() };
  } catch {
    // the kernel has no value for it, or the device that it was of is gone
    return {};
  }
}

/** What is not as it was, in words; settings of the links of labs, which come and go with them, left out. */
export function changesSince(before: Readonly<Record<string, string>>): string[] {
  const now = kernelSettings();
  const settings = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (path) => !path.split('/').some((part) => part.startsWith('hf-')),
  );
  return settings
    .filter((path) => before[path] !== now[path])
    .map((path) => `${path}: ${before[path] ?? 'not there'} became ${now[path] ?? 'not there'}`);
}
