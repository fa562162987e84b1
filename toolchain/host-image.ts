import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../support/paths.ts';
import { command } from '../support/processes.ts';
import { artefact, type Progress } from './artefact.ts';
import { hostPackages, versions } from './versions.ts';

const unwanted = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'];
/** How every Debian file system of ours is made (mmdebstrap). */
export const debianOptions = [
  '--variant=minbase',
  '--mode=root',
  '--quiet',
  '--keyring=/usr/share/keyrings/debian-archive-keyring.gpg',
  '--aptopt=APT::Install-Recommends "false"',
  '--aptopt=Acquire::Retries "3"',
] as const;
const patroni = `patroni==${versions.patroni} --hash=sha256:7aad8c1539e6c51c269a8005169dd54ddc7668437b7900fa6099d7894e224c84\n`;
const certificates = '/etc/ssl/certs/ca-certificates.crt';

/** Root folder of the Debian image that every host of a lab runs; HOLDFAST_DEBIAN_MIRROR chooses the mirror. */
export async function hostImage(progress: Progress): Promise<string> {
  const mirror = process.env.HOLDFAST_DEBIAN_MIRROR;
  const args = [
    ...debianOptions,
    ...unwanted.map((path) => `--dpkgopt=path-exclude=${path}`),
    `--include=${hostPackages.join(',')}`,
    versions.debian,
  ];
  const folder = await artefact(
    {
      within: join(cacheDir(), 'images'),
      name: 'host',
      inputs: [...args, patroni],
      what: `making the hosts' Debian image (about 1 min)`,
      make: async (draft) => {
        const root = join(draft, 'root');
        // an address may hold a password, and everybody may read a command line
        const source = mirror === undefined ? {} : { input: `${sourceLine(mirror)}\n`, stdin: undefined };
        const from = mirror === undefined ? [] : ['-'];
        await command('mmdebstrap', [...args, root, ...from], { timeout: 1_200_000, what: 'making the Debian image', ...source });
        await installPatroni(root);
        for (const leftover of ['var/lib/postgresql/15', 'etc/machine-id', 'etc/apt/sources.list'])
          rmSync(join(root, leftover), { recursive: true, force: true });
      },
    },
    progress,
  );
  return join(folder, 'root');
}

/** Debian's package brings what Patroni needs; the version that runs comes from PyPI, by its hash, before it on Python's path. */
async function installPatroni(root: string): Promise<void> {
  writeFileSync(join(root, 'tmp/requirements.txt'), patroni);
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  // a site's own package mirror may be signed by its own authority
  if (existsSync(certificates)) copyFileSync(certificates, join(root, 'tmp/certificates.crt'));
  const pip = [
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--break-system-packages',
    '--root-user-action=ignore',
    '--require-hashes',
    '-r',
    '/tmp/requirements.txt',
  ];
  const trust = Object.fromEntries(
    ['PIP_CERT', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE'].map((name) => [name, '/tmp/certificates.crt']),
  );
  await command('chroot', [root, ...pip], {
    env: { ...trust, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/tmp', PIP_NO_CACHE_DIR: '1', PIP_FIND_LINKS: '' },
    timeout: 300_000,
    what: 'installing Patroni from PyPI',
  });
  for (const leftover of ['tmp/requirements.txt', 'tmp/certificates.crt']) rmSync(join(root, leftover), { force: true });
}

/** A line of sources.list for a mirror, which may be given as such a line. */
function sourceLine(mirror: string): string {
  return mirror.startsWith('deb ') ? mirror : `deb ${mirror} ${versions.debian} main`;
}
