import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { HoldfastError } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { writeLargeRecord } from '../../verdict/large-record.ts';

/** What judging a record took: seconds, and the most memory that its process ever held, in GB. */
export interface Judging {
  verdict: string;
  seconds: number;
  peakGB: number;
}

/** Makes a record of so many operations and judges it in a process of its own. */
export async function judging(operations: number): Promise<Judging> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-large-'));
  try {
    await writeLargeRecord(folder, operations);
    const { stdout } = await execa(process.execPath, [join(import.meta.dirname, 'judge-main.ts'), folder], {
      timeout: limits.largeJudging,
    });
    const took = JSON.parse(stdout) as Judging;
    if (took.verdict !== 'pass')
      throw new HoldfastError(`expected a record of ${operations} legal operations to pass; the verdict is ${took.verdict}`);
    return took;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
