import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { execaSync } from 'execa';

/** What a lab may leave behind on a machine, as sorted texts that can be compared. */
export interface MachineState {
  namespaces: string[];
  mounts: string[];
  groups: string[];
  links: string[];
  addresses: string[];
  routes: string[];
  tables: string[];
  loops: string[];
  /** processes that live in a process namespace other than this one's */
  processes: string[];
}

/** Looks at the machine from outside any lab; `only` restricts names of labs that others own. */
export function machineState(only: string): MachineState {
  const mine = (lines: string[]): string[] => lines.filter((line) => line.includes(only)).sort();
  return {
    namespaces: mine(lines('ip', ['netns', 'list'])),
    mounts: mine(readFileSync('/proc/self/mounts', 'utf8').split('\n')),
    groups: mine(lines('find', ['/sys/fs/cgroup', '-type', 'd', '-path', `*holdfast*${only}*`])),
    links: mine(lines('ip', ['-o', 'link'])),
    addresses: mine(lines('ip', ['-o', 'address'])),
    routes: mine(lines('ip', ['route'])),
    tables: mine(lines('nft', ['list', 'tables'])),
    loops: mine(lines('losetup', ['-a'])),
    processes: foreignProcesses(only),
  };
}

function lines(file: string, args: string[]): string[] {
  return execaSync(file, args, { reject: false }).stdout.split('\n').filter(Boolean);
}

function foreignProcesses(only: string): string[] {
  const own = readlinkSync('/proc/self/ns/pid');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/ns/pid`) !== own && readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`/${only}/`);
      } catch {
        return false;
      }
    })
    .map((pid) => `${pid} ${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}`);
}
