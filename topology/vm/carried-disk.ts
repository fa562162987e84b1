import { existsSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheDir, projectRoot, stateDir } from '../../support/paths.ts';
import { command } from '../../support/processes.ts';
import type { Prepared } from '../lab/prepare.ts';
import { CARRIED_LABEL } from './guest-image.ts';

const SIZE = '10G';
/** Folders of the checkout that the guest does not need. */
const leftOut = ['.git', 'runs', 'reports/out'];

/** Makes a disk with this checkout, its packages and everything that a lab is made from, so that the guest builds and fetches nothing. */
export async function writeCarriedDisk(from: { prepared: Prepared; slow: number; disk: string }): Promise<void> {
  const stage = mkdtempSync(join(tmpdir(), 'holdfast-vm-'));
  try {
    // bound in a mount namespace of its own: nothing is copied twice, and nothing stays mounted
    await command('unshare', ['--mount', 'sh', '-euc', stageScript(stage, from)], {
      timeout: 600_000,
      what: 'making the disk of the emulated machine',
    });
  } finally {
    rmdirSync(stage);
  }
}

function stageScript(stage: string, { prepared, slow, disk }: { prepared: Prepared; slow: number; disk: string }): string {
  const { hostRoot, node, tools, store } = prepared;
  // a tool is a folder or a program in one of its own
  const folders = Object.values<string>({ ...tools }).map((path) => (statSync(path).isDirectory() ? path : dirname(path)));
  const artefacts = [dirname(hostRoot), dirname(node), ...folders, store];
  const settings = { HOLDFAST_CACHE: cacheDir(), HOLDFAST_STATE: stateDir(), HOLDFAST_SLOW: String(slow), NODE_FOLDER: dirname(node) };
  // an artefact's name depends on the paths of what it is made from: the guest has them at the same places
  const carried = artefacts.map((path) => bind(path, join(stage, 'carried', path)));
  const hidden = leftOut.filter((path) => existsSync(join(projectRoot, path))).map((path) => hide(join(stage, 'checkout', path)));
  return [
    `mount -t tmpfs tmpfs ${quoted(stage)}`,
    bind(projectRoot, join(stage, 'checkout')),
    ...hidden,
    ...[cacheDir(), stateDir()].map((path) => `mkdir -p ${quoted(join(stage, 'carried', path))}`),
    ...carried,
    ...Object.entries(settings).map(
      ([name, value]) => `echo ${quoted(`export ${name}=${quoted(value)}`)} >> ${quoted(join(stage, 'settings.sh'))}`,
    ),
    `rm -f ${quoted(disk)}`,
    `PATH=$PATH:/usr/sbin:/sbin mkfs.ext4 -q -F -m 0 -L ${CARRIED_LABEL} -E lazy_itable_init=1,lazy_journal_init=1,nodiscard -d ${quoted(stage)} ${quoted(disk)} ${SIZE}`,
  ].join('\n');
}

function bind(from: string, to: string): string {
  return `mkdir -p ${quoted(to)}\nmount --bind ${quoted(from)} ${quoted(to)}`;
}

/** An empty folder (or, in a linked worktree, an empty file) over what is there. */
function hide(path: string): string {
  return `if [ -d ${quoted(path)} ]; then mount -t tmpfs tmpfs ${quoted(path)}; else mount --bind /dev/null ${quoted(path)}; fi`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
