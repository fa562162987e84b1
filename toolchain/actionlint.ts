import { join } from 'node:path';
import { cacheDir } from '../support/paths.ts';
import { command } from '../support/processes.ts';
import { asUser, giveToUser } from '../support/user.ts';
import { artefact, contents, type Progress } from './artefact.ts';

/** A module of its own: what is pinned for a linter must not move the dependencies of Kubernetes. */
const module = join(import.meta.dirname, 'actionlint');
const program = 'github.com/rhysd/actionlint/cmd/actionlint';

/** Path of actionlint, the checker of GitHub Actions workflows, built once. */
export async function actionlint(progress: Progress): Promise<string> {
  const folder = await artefact(
    {
      within: join(cacheDir(), 'tools'),
      name: 'actionlint',
      inputs: contents(join(module, 'go.mod'), join(module, 'go.sum')),
      what: 'building actionlint (about 5 s)',
      make: async (draft) => {
        giveToUser(draft);
        const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', join(draft, 'actionlint'), program];
        await command('go', args, {
          ...asUser(),
          cwd: module,
          env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
          timeout: 280_000,
          what: 'building actionlint',
        });
      },
    },
    progress,
  );
  return join(folder, 'actionlint');
}
