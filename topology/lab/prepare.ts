import { statfsSync, mkdirSync } from 'node:fs';
import { UsageError, MachineError } from '../../support/errors.ts';
import { stateDir } from '../../support/paths.ts';
import { isRoot } from '../../support/user.ts';
import type { Progress } from '../../toolchain/artefact.ts';
import { buildTools, type Tools } from '../../toolchain/go.ts';
import { hostImage } from '../../toolchain/host-image.ts';
import { nodeBinary } from '../../toolchain/node.ts';
import { installPackages } from '../../toolchain/packages.ts';
import { imageStore } from './image-store.ts';

/** Everything a lab is made from, finished and in place. */
export interface Prepared {
  hostRoot: string;
  node: string;
  tools: Tools;
  store: string;
}

const OVERLAYFS_MAGIC = 0x794c7630;

/** Sets up what is missing on this machine: packages, tools, images. A second call does nothing. */
export async function prepare(progress: Progress): Promise<Prepared> {
  checkState();
  await installPackages(progress);
  const node = await nodeBinary(progress);
  const tools = await buildTools(progress);
  const hostRoot = await hostImage(progress);
  const store = await imageStore({ hostRoot, node }, progress);
  return { hostRoot, node, tools, store };
}

/** Refuses a machine or a state folder on which no lab can live, with the remedy. */
export function checkState(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new MachineError(`expected Linux on x86-64; this is ${process.platform} on ${process.arch}`);
  }
  if (!isRoot()) throw new MachineError('a lab needs root (namespaces, mounts, cgroups): call through sudo, or as root');
  try {
    mkdirSync(stateDir(), { recursive: true });
  } catch (error) {
    throw new UsageError(`state folder ${stateDir()} cannot be made; set HOLDFAST_STATE to a writable place`, { cause: error });
  }
  const { type } = statfsSync(stateDir());
  if (type === OVERLAYFS_MAGIC) {
    throw new UsageError(
      `state folder ${stateDir()} lies on overlayfs, which cannot hold the hosts' disks: set HOLDFAST_STATE to a folder on ext4, xfs or tmpfs (in a container: a volume)`,
    );
  }
}
