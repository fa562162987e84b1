import { join, resolve } from 'node:path';
import type { Verdict } from '../record/verdict-format.ts';
import { writeAtomic } from '../support/files.ts';
import { page } from './page.ts';
import { readRun } from './run-data.ts';

/** Writes report.html into the run record in `folder`, from the record and its verdict; returns its path. */
export async function writeReport(folder: string, verdict?: Verdict): Promise<string> {
  const path = join(resolve(folder), 'report.html');
  writeAtomic(path, page(await readRun(resolve(folder), verdict)));
  return path;
}
