import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeImage } from './oci.ts';

export const pauseReference = 'docker.io/holdfast/pause:1';
export const platformReference = 'docker.io/holdfast/platform:1';

const libraries = ['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0', 'librt.so.1', 'libstdc++.so.6', 'libgcc_s.so.1'];
const multiarch = '/usr/lib/x86_64-linux-gnu';

/** Writes the images that pods run into `folder`, from the hosts' image: pause (catatonit) and platform (Node.js, glibc and the bundles, no shell). */
export async function writeContainerImages(from: { hostRoot: string; node: string; bundles: string; folder: string }): Promise<string[]> {
  const pause = join(from.folder, 'pause.tar');
  const platform = join(from.folder, 'platform.tar');
  const root = join(from.folder, 'root');

  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  copy(join(from.hostRoot, 'usr/bin/catatonit'), join(root, 'pause'));
  await writeImage({ reference: pauseReference, root, command: ['/pause', '-P'] }, pause);
  rmSync(root, { recursive: true });

  for (const library of libraries) copy(join(from.hostRoot, multiarch, library), join(root, multiarch, library));
  copy(join(from.hostRoot, multiarch, 'ld-linux-x86-64.so.2'), join(root, 'lib64/ld-linux-x86-64.so.2'));
  copy(from.node, join(root, 'usr/bin/node'));
  cpSync(from.bundles, join(root, 'app'), { recursive: true });
  mkdirSync(join(root, 'etc'));
  mkdirSync(join(root, 'tmp'), { mode: 0o1777 });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/nonexistent\nplatform:x:10001:10001::/:/nonexistent\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nplatform:x:10001:\n');
  await writeImage(
    { reference: platformReference, root, command: ['/usr/bin/node', '/app/api.js'], user: '10001', env: ['PATH=/usr/bin'] },
    platform,
  );
  rmSync(root, { recursive: true });
  return [pause, platform];
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
