import { execa } from 'execa';
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../support/errors.ts';
import { cacheDir } from '../support/paths.ts';
import { command } from '../support/processes.ts';
import { asUser, giveToUser } from '../support/user.ts';
import { artefact, contents, type Progress } from './artefact.ts';
import { versions } from './versions.ts';

const module = import.meta.dirname;
const recorder = join(module, '..', 'load', 'recorder');
const kubePrograms = ['kube-apiserver', 'kube-controller-manager', 'kube-proxy', 'kube-scheduler', 'kubelet'];

/** Paths of the programs built from the Go module. */
export interface Tools {
  /** folder with etcd, k6 and the Kubernetes programs, as hosts see it too */
  etcd: string;
  kubernetes: string;
  k6: string;
  wire: string;
  ask: string;
}

/** Builds what is missing of etcd, Kubernetes and k6; each is cached by what it is built from. */
export async function buildTools(progress: Progress): Promise<Tools> {
  const common = contents(join(module, 'go.mod'), join(module, 'go.sum'));
  const [major, minor] = versions.kubernetes.split('.');
  const version = 'k8s.io/component-base/version';
  const etcd = await goProgram({ name: 'etcd', what: `building etcd ${versions.etcd} (about 20 s)`, inputs: common, flags: [] }, progress);
  const k6 = await goProgram(
    {
      name: 'k6',
      what: `building k6 ${versions.k6} with the recorder (about 1 min)`,
      inputs: [...common, ...recorderSources()],
      flags: [],
    },
    progress,
  );
  const kubernetes = await goProgram(
    {
      name: 'kubernetes',
      source: 'kube',
      what: `building Kubernetes ${versions.kubernetes} (about 4 min)`,
      inputs: common,
      flags: [`-X ${version}.gitVersion=v${versions.kubernetes}`, `-X ${version}.gitMajor=${major}`, `-X ${version}.gitMinor=${minor}`],
      links: kubePrograms,
    },
    progress,
  );
  const wire = await goProgram({ name: 'wire', what: 'building the lines of the network (about 2 s)', inputs: [], flags: [] }, progress);
  const ask = await goProgram({ name: 'ask', what: 'building what asks hosts (about 2 s)', inputs: [], flags: [] }, progress);
  return { etcd, k6: join(k6, 'k6'), kubernetes, wire: join(wire, 'wire'), ask: join(ask, 'ask') };
}

interface GoProgram {
  name: string;
  source?: string;
  what: string;
  inputs: string[];
  flags: string[];
  links?: string[];
}

async function goProgram(program: GoProgram, progress: Progress): Promise<string> {
  const source = program.source ?? program.name;
  return artefact(
    {
      within: join(cacheDir(), 'tools'),
      name: program.name,
      inputs: [...program.inputs, ...contents(join(module, source, 'main.go')), ...program.flags],
      what: program.what,
      make: async (folder) => {
        await requireGo();
        const args = [
          'build',
          '-trimpath',
          '-buildvcs=false',
          '-ldflags',
          ['-s', '-w', ...program.flags].join(' '),
          '-o',
          join(folder, source),
          `./${source}`,
        ];
        giveToUser(folder);
        // as the person who called: the module and build caches are theirs
        await command('go', args, {
          ...asUser(),
          cwd: module,
          env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
          timeout: 1_800_000,
          what: program.what,
        });
        for (const link of program.links ?? []) symlinkSync(source, join(folder, link));
      },
    },
    progress,
  );
}

function recorderSources(): string[] {
  const files = readdirSync(recorder).filter((file) => /\.(go|mod|sum)$/.test(file) && !file.endsWith('_test.go'));
  return contents(...files.sort().map((file) => join(recorder, file)));
}

async function requireGo(): Promise<void> {
  const needed = 'Go ≥ 1.26 on PATH (https://go.dev/dl), to build Kubernetes, etcd and k6';
  const result = await execa('go', ['env', 'GOVERSION'], { ...asUser(), cwd: '/', reject: false });
  if (result.failed) throw new MachineError(`expected ${needed}; there is no usable "go"`);
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(result.stdout) ?? [];
  if (Number(major) < 1 || (Number(major) === 1 && Number(minor) < 26)) {
    throw new MachineError(`expected ${needed}; found ${result.stdout}`);
  }
}
