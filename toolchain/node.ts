import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../support/paths.ts';
import { command } from '../support/processes.ts';
import { asUser, giveToUser } from '../support/user.ts';
import { artefact, type Progress } from './artefact.ts';
import { versions } from './versions.ts';

/** Path of the Node.js binary that pods, observer and images run, from its npm package. */
export async function nodeBinary(progress: Progress): Promise<string> {
  const name = `node-linux-${process.arch}`;
  const folder = await artefact(
    {
      within: join(cacheDir(), 'tools'),
      name: 'node',
      inputs: [name, versions.node],
      what: `fetching Node.js ${versions.node} (about 10 s)`,
      make: async (draft) => {
        giveToUser(draft);
        await command('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', draft, `${name}@${versions.node}`], {
          ...asUser(),
          cwd: draft,
          timeout: 300_000,
          what: 'fetching Node.js',
        });
        renameSync(join(draft, 'node_modules', name, 'bin', 'node'), join(draft, 'node'));
        await command('rm', ['-rf', join(draft, 'node_modules')]);
      },
    },
    progress,
  );
  return join(folder, 'node');
}
