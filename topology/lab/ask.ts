import { execa } from 'execa';
import { HoldfastError } from '../../support/errors.ts';
import { slow } from '../../support/limits.ts';
import type { Answer, Question } from '../model.ts';
import { certificateFiles } from './certificate.ts';
import { entryGroups } from './cgroups.ts';
import { machineOf } from './hosts.ts';
import { hostEnvironment, machineInit } from './machine.ts';
import { toolOf } from './prepared.ts';
import type { PlannedHost } from './shape.ts';
import type { Lab } from './store.ts';

/** What the program that asks may take beside its waiting, on a machine that lets it wait for a core; ms. */
const BESIDE_MS = 5_000 * slow;

/**
 * Asks all questions at once and for so long, each from the network of its host. One program asks, in the groups of the observer: those of
 * the hosts would not be alike in their share of the CPU. A HoldfastError when a host is off, or could not ask.
 */
export async function askFrom(
  lab: Lab,
  planned: (name: string) => PlannedHost,
  { questions, withinMs }: { questions: readonly Question[]; withinMs: number },
): Promise<Answer[]> {
  const network = (from: string): string => {
    const pid = machineInit(machineOf(lab, planned(from)));
    if (pid === undefined) throw new HoldfastError(`host ${from} is off: expected it running, to ask from there`);
    return `/proc/${pid}/ns/net`;
  };
  const groups = entryGroups(lab.record.name, 'observer').map((group) => `${group}/cgroup.procs`);
  const asked = questions.flatMap(({ from, url }) => [network(from), url]);
  const { certificate, key } = certificateFiles(lab);
  const settings = [`-within=${withinMs}ms`, `-groups=${groups.join(',')}`, `-certificate=${certificate},${key}`];
  const { exitCode, stdout, stderr } = await execa(toolOf(lab, 'ask'), [...settings, ...asked], {
    timeout: withinMs + BESIDE_MS,
    reject: false,
    stdin: 'ignore',
    env: hostEnvironment,
    extendEnv: false,
  });
  if (exitCode !== 0) {
    const what = questions.map(({ from, url }) => `${url} from ${from}`).join(', ');
    throw new HoldfastError(`asking ${what}: expected answers within ${withinMs + BESIDE_MS} ms; ${stderr || 'came none'}`);
  }
  return stdout.split('\n').map((line) => JSON.parse(line) as Answer);
}
