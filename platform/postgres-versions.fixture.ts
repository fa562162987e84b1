import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

/** Versions of PostgreSQL that the packages bring, the oldest first. */
export const VERSIONS = [13, 14, 15, 16, 17, 18] as const;

/** Programs of a server: initdb, pg_ctl and postgres alone. */
export interface ServerPrograms {
  version: (typeof VERSIONS)[number];
  bin: string;
}

const PACKAGES = join(import.meta.dirname, '..', 'node_modules');

/** Why there are none here, or false. The packages are for one system alone; where they belong and are not there, programsOf fails. */
export const noServers = process.platform === 'linux' && process.arch === 'x64' ? false : 'the servers are built for Linux on x64 alone';

/** The programs of a version as the package `postgres-<version>` brings them. */
export function programsOf(version: ServerPrograms['version']): ServerPrograms {
  const folder = join(PACKAGES, `postgres-${version}`);
  // npm passes over an optional package that it could not fetch
  if (!existsSync(join(folder, 'native/bin/postgres')))
    throw new Error(
      `expected package postgres-${version} in ${PACKAGES}, it is not there: remove node_modules/.holdfast-lock and call ./holdfast again`,
    );
  linkLibraries(folder);
  return { version, bin: join(isOpen(folder) ? folder : copied(folder), 'native/bin') };
}

/* What the package does after an installation, for ours runs no scripts. */
function linkLibraries(folder: string): void {
  const links = JSON.parse(readFileSync(join(folder, 'native/pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(folder, target);
    try {
      symlinkSync(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/* As root the servers run as "nobody", who may not look into everybody's home. */
function isOpen(folder: string): boolean {
  if (process.getuid?.() !== 0) return true;
  const program = join(folder, 'native/bin/postgres');
  for (let path = program; path !== dirname(path); path = dirname(path)) if ((statSync(path).mode & 0o001) === 0) return false;
  return true;
}

function copied(folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), `holdfast-${basename(folder)}-`));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(copy, 0o755);
  return copy;
}
