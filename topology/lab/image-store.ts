import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePlatform } from '../../platform/bundle.ts';
import { limits } from '../../support/limits.ts';
import { stateDir } from '../../support/paths.ts';
import { until } from '../../support/poll.ts';
import { command } from '../../support/processes.ts';
import { artefact, contents, type Progress } from '../../toolchain/artefact.ts';
import { writeContainerImages } from '../../toolchain/container-images.ts';
import { versions } from '../../toolchain/versions.ts';
import { removeLabGroups } from './cgroups.ts';
import { bootMachine, killMachine, runIn, type Machine } from './machine.ts';

const platformSources = join(import.meta.dirname, '..', '..', 'platform');

/** A stopped containerd's root with the pods' images imported and unpacked; nodes start from hard-linked copies of it. */
export async function imageStore(from: { hostRoot: string; node: string }, progress: Progress): Promise<string> {
  const sources = readdirSync(platformSources).filter((file) => /\.(ts|sql)$/.test(file) && !file.includes('.test.'));
  return artefact(
    {
      within: join(stateDir(), 'images'),
      name: 'containerd',
      inputs: [
        from.hostRoot,
        from.node,
        JSON.stringify(versions),
        ...contents(...sources.sort().map((file) => join(platformSources, file))),
      ],
      what: 'making the container images (about 20 s)',
      make: async (draft) => makeStore(from, draft),
    },
    progress,
  );
}

/** A node's own containerd root: files shared by hard links (containers never write to them), databases copied. */
export async function cloneImageStore(store: string, target: string): Promise<void> {
  const draft = `${target}.new`;
  rmSync(draft, { recursive: true, force: true });
  await command('cp', ['-al', join(store, 'root'), draft]);
  const databases = ['io.containerd.metadata.v1.bolt/meta.db', 'io.containerd.snapshotter.v1.overlayfs/metadata.db'];
  for (const file of databases) {
    rmSync(join(draft, file));
    cpSync(join(store, 'root', file), join(draft, file));
  }
  await command('mv', [draft, target]);
}

async function makeStore(from: { hostRoot: string; node: string }, draft: string): Promise<void> {
  const work = join(draft, 'work');
  const bundles = join(work, 'bundles');
  const machine: Machine = {
    // no lab can have such a name
    lab: `Build${process.pid}`,
    name: 'builder',
    dir: join(work, 'machine'),
    image: from.hostRoot,
    tools: {},
    address: '127.0.0.1',
  };
  const root = join(machine.dir, 'data/containerd');
  mkdirSync(bundles, { recursive: true });
  mkdirSync(root, { recursive: true });
  await bundlePlatform(bundles);
  const images = await writeContainerImages({ hostRoot: from.hostRoot, node: from.node, bundles, folder: join(machine.dir, 'data') });
  await bootMachine(machine);
  try {
    const socket = '/run/containerd/containerd.sock';
    const started = runIn(machine, ['containerd', '--root', '/data/containerd', '--address', socket, '--log-level', 'error'], {
      timeoutMs: 300_000,
    });
    started.catch(() => undefined);
    await until({
      subject: 'containerd for image making',
      condition: 'answering',
      timeoutMs: limits.apiReady,
      probe: async () => (await runIn(machine, ['ctr', '-a', socket, 'version'])) !== '',
    });
    for (const image of images) {
      await runIn(machine, ['ctr', '-a', socket, '-n', 'k8s.io', 'images', 'import', `/data/${image.split('/').at(-1)}`], {
        timeoutMs: 120_000,
      });
    }
    await runIn(machine, ['sh', '-c', 'pkill -TERM -x containerd; while pgrep -x containerd >/dev/null; do sleep 0.05; done'], {
      timeoutMs: 30_000,
    });
  } finally {
    await killMachine(machine);
    await removeLabGroups(machine.lab);
  }
  await command('mv', [root, join(draft, 'root')]);
  await command('rm', ['-rf', work]);
  if (!statSync(join(draft, 'root')).isDirectory()) throw new Error('containerd left no root');
}
