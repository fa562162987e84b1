import { chmodSync, copyFileSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command } from '../support/processes.ts';
import { writeImage } from './oci.ts';

export const pauseReference = 'docker.io/holdfast/pause:1';
export const platformReference = 'docker.io/holdfast/platform:1';
export const postgresReference = 'docker.io/holdfast/postgres:15';
/** User and group of the server in its image. */
export const POSTGRES_UID = 999;

const POSTGRES_BIN = '/usr/lib/postgresql/15/bin';
const libraries = ['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0', 'librt.so.1', 'libstdc++.so.6', 'libgcc_s.so.1'];
const multiarch = '/usr/lib/x86_64-linux-gnu';

/** Writes the images that pods run into `folder`, from the hosts' image: pause (catatonit), platform (Node.js, glibc and the bundles, no shell) and PostgreSQL. */
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
  return [pause, platform, await writePostgres(from.hostRoot, from.folder)];
}

/** PostgreSQL's server and client, with the shell that initdb needs. */
async function writePostgres(hostRoot: string, folder: string): Promise<string> {
  const image = join(folder, 'postgres.tar');
  const root = join(folder, 'root');
  const programs = [
    ...['postgres', 'initdb', 'pg_ctl', 'pg_isready', 'psql'].map((program) => `${POSTGRES_BIN}/${program}`),
    ...['dash', 'cat', 'chmod', 'chown', 'mkdir', 'mv', 'rm', 'sleep'].map((program) => `/usr/bin/${program}`),
  ];
  for (const program of programs) copy(join(hostRoot, program), join(root, program));
  cpSync(join(hostRoot, POSTGRES_BIN, '../lib'), join(root, POSTGRES_BIN, '../lib'), {
    recursive: true,
    // code for the just-in-time compiler, which is not there
    filter: (path) => !path.endsWith('/bitcode'),
  });
  for (const path of ['usr/share/postgresql/15', 'usr/share/zoneinfo', 'usr/lib/locale/C.utf8'])
    cpSync(join(hostRoot, path), join(root, path), { recursive: true, verbatimSymlinks: true });
  const loaded = [...programs, `${POSTGRES_BIN}/../lib/libpqwalreceiver.so`];
  for (const library of await librariesOf(hostRoot, loaded))
    copy(join(hostRoot, library), join(root, library.replace(/^\/lib/, '/usr/lib')));
  symlinkSync('usr/lib', join(root, 'lib'));
  symlinkSync('usr/bin', join(root, 'bin'));
  copy(join(hostRoot, multiarch, 'ld-linux-x86-64.so.2'), join(root, 'lib64/ld-linux-x86-64.so.2'));
  const owner = `postgres:x:${POSTGRES_UID}:${POSTGRES_UID}::/tmp:/bin/sh\n`;
  mkdirSync(join(root, 'etc'));
  for (const shared of ['tmp', 'run']) {
    mkdirSync(join(root, shared));
    // the mode of mkdir is cut by the umask
    chmodSync(join(root, shared), 0o1777);
  }
  symlinkSync('dash', join(root, 'usr/bin/sh'));
  writeFileSync(join(root, 'etc/passwd'), `root:x:0:0:root:/:/nonexistent\n${owner}`);
  writeFileSync(join(root, 'etc/group'), `root:x:0:\npostgres:x:${POSTGRES_UID}:\n`);
  const env = [`PATH=${POSTGRES_BIN}:/usr/bin`, 'LANG=C.UTF-8'];
  await writeImage({ reference: postgresReference, root, command: ['postgres'], user: String(POSTGRES_UID), env }, image);
  rmSync(root, { recursive: true });
  return image;
}

/** Shared libraries that programs of a root file system load, by their path there. */
async function librariesOf(root: string, programs: readonly string[]): Promise<string[]> {
  const said = await command('chroot', [root, 'ldd', ...programs], { what: 'finding the libraries of PostgreSQL' });
  return [...new Set([...said.matchAll(/=> (\/\S+)/g)].flatMap(([, path]) => path ?? []))].sort();
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
