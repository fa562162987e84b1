import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDir } from '../../support/paths.ts';
import { command } from '../../support/processes.ts';

/** Everything by which a lab could still be noticed on a machine, by kind. */
export type Traces = Record<string, string[]>;

/** Looks at processes, namespaces, mounts, groups, links, routes, rules, loop devices, units and lab folders. */
export async function traces(): Promise<Traces> {
  const [links, routes, rules, loops, units] = await Promise.all([
    command('ip', ['-o', 'link']),
    command('ip', ['route', 'show', 'table', 'all']),
    command('nft', ['list', 'tables']),
    command('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-FILE']),
    command('systemctl', ['list-units', '--all', '--plain', '--no-legend', 'holdfast-*']),
  ]);
  return {
    process: userProcesses(),
    'network namespace': entries('/run/netns'),
    mount: readFileSync('/proc/self/mounts', 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ').slice(0, 3).join(' ')),
    cgroup: groupsBelow('/sys/fs/cgroup'),
    link: lines(links).map((line) => line.split(': ')[1] ?? line),
    route: lines(routes),
    'nft table': lines(rules),
    'loop device': lines(loops),
    unit: lines(units),
    lab: entries(join(stateDir(), 'labs')),
  };
}

/** What is there now and was not there before. */
export function added(before: Traces, now: Traces): string[] {
  return Object.entries(now).flatMap(([kind, found]) =>
    found.filter((trace) => !before[kind]?.includes(trace)).map((trace) => `${kind} ${trace}`),
  );
}

/** Processes with a command line, so none of the kernel's, without this one and its children and the workers that udev starts and ends by itself. */
function userProcesses(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        const mine = Number(pid) === process.pid || Number(parent) === process.pid;
        return line === '' || mine || line.startsWith('(udev-worker)') ? [] : [`${pid} ${line.slice(0, 200)}`];
      } catch {
        return [];
      }
    });
}

function groupsBelow(folder: string): string[] {
  const own = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
  return own.flatMap((group) => {
    try {
      return [group, ...groupsBelow(group)];
    } catch {
      return [];
    }
  });
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
