import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../support/paths.ts';
import { command } from '../support/processes.ts';
import { artefact, type Progress } from './artefact.ts';
import { hostPackages, versions } from './versions.ts';

const unwanted = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'];

/** Root folder of the Debian image that every host of a lab runs; HOLDFAST_DEBIAN_MIRROR chooses the mirror. */
export async function hostImage(progress: Progress): Promise<string> {
  const mirror = process.env.HOLDFAST_DEBIAN_MIRROR;
  const args = [
    '--variant=minbase',
    '--mode=root',
    '--quiet',
    '--keyring=/usr/share/keyrings/debian-archive-keyring.gpg',
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Retries "3"',
    ...unwanted.map((path) => `--dpkgopt=path-exclude=${path}`),
    `--include=${hostPackages.join(',')}`,
    versions.debian,
  ];
  const folder = await artefact(
    {
      within: join(cacheDir(), 'images'),
      name: 'host',
      inputs: args,
      what: `making the hosts' Debian image (about 1 min)`,
      make: async (draft) => {
        const root = join(draft, 'root');
        const source = mirror === undefined ? [] : [mirror];
        await command('mmdebstrap', [...args, root, ...source], { timeout: 1_200_000, what: 'making the Debian image' });
        for (const leftover of ['var/lib/postgresql/15', 'etc/machine-id']) rmSync(join(root, leftover), { recursive: true, force: true });
      },
    },
    progress,
  );
  return join(folder, 'root');
}
