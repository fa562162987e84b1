import { basename } from 'node:path';
import { claimsAmong, type Claim } from '../run/claims.ts';
import { plannedRuns } from './scenario-runner.ts';

/** Every claim of every scenario, which is named as `holdfast run` takes it. */
export async function claimedCatches(): Promise<(Claim & { scenario: string })[]> {
  const runs = await plannedRuns();
  return runs.flatMap(({ file, annotations }) =>
    claimsAmong(annotations).map((claim) => ({ scenario: basename(file, '.spec.ts'), ...claim })),
  );
}
