import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout this code runs from. */
export const projectRoot = resolve(import.meta.dirname, '..');

/** Finished artefacts of this user: tools, images (HOLDFAST_CACHE). */
export function cacheDir(): string {
  return resolve(process.env.HOLDFAST_CACHE ?? join(homedir(), '.cache', 'holdfast'));
}

/** Labs and what belongs to them (HOLDFAST_STATE); shared by the machine's users, so that names and addresses stay unique. */
export function stateDir(): string {
  return resolve(process.env.HOLDFAST_STATE ?? '/var/lib/holdfast');
}

/** Run records (HOLDFAST_RUNS). */
export function runsDir(): string {
  return resolve(process.env.HOLDFAST_RUNS ?? join(projectRoot, 'runs'));
}

/** Reports over several runs: Allure results, JUnit. */
export function reportsDir(): string {
  return join(projectRoot, 'reports', 'out');
}
