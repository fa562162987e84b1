import { constants, copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** As much of a result as is read here. */
interface Result {
  uuid?: string;
  name?: string;
  testCaseId?: string;
  start?: number;
  parameters?: { name: string; value: string; mode?: string }[];
}

interface ResultFile {
  from: string;
  to: string;
  result: Result;
}

/** Copies folders of results below `target` such that each result is a run for itself, and returns the copies: Allure takes results of one test with the same parameters for retries, of which only the last counts, be they of one night or of several. */
export function runsApart(folders: readonly string[], target: string): string[] {
  const copies = folders.map((folder, nth) => ({ folder, copy: join(target, String(nth)) }));
  const results = copies.flatMap(({ folder, copy }) => {
    mkdirSync(copy, { recursive: true });
    return filesIn(folder).flatMap((name): ResultFile[] => {
      const [from, to] = [join(folder, name), join(copy, name)];
      const result = name.endsWith('-result.json') ? parsed(from) : undefined;
      if (result !== undefined) return [{ from, to, result }];
      copyFileSync(from, to, constants.COPYFILE_FICLONE);
      return [];
    });
  });
  const runs = Map.groupBy(results, ({ result }) => result.testCaseId ?? result.name);
  for (const alike of runs.values())
    for (const { from, to, result } of alike) writeFileSync(to, JSON.stringify(apart(result, { from, several: alike.length > 1 })));
  return copies.map(({ copy }) => copy);
}

/** A result with its identity, which tells runs apart for Allure, and with when it began, which does for a person: in its name where there are several. */
function apart(result: Result, { from, several }: { from: string; several: boolean }): Result {
  const { uuid = from, name = '', start, parameters = [] } = result;
  const began = start === undefined ? 'unknown' : new Date(start).toISOString();
  const called = several ? { name: `${name} (${began.slice(0, 16).replace('T', ' ')})` } : {};
  const added = [
    { name: 'began', value: began },
    { name: 'run', value: uuid, mode: 'hidden' },
  ];
  return { ...result, ...called, parameters: [...parameters, ...added] };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? entry.name : []));
}

/** A result; undefined for what is none, which Allure tells of. */
function parsed(file: string): Result | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Result;
  } catch {
    return undefined;
  }
}
