import { basename } from 'node:path';
import { plannedRuns } from './scenario-runner.ts';

/** What a scenario says that it catches. */
export interface Claim {
  /** as `holdfast run` takes it */
  scenario: string;
  sabotage: string;
  /** class of the finding */
  finding: string;
}

/** Every claim of every scenario. */
export async function claimedCatches(): Promise<Claim[]> {
  const runs = await plannedRuns();
  return runs.flatMap(({ file, annotations }) =>
    annotations
      .filter(({ type }) => type === 'catches')
      .map(({ description = '' }) => {
        const [sabotage = '', finding = ''] = description.split(': ');
        return { scenario: basename(file, '.spec.ts'), sabotage, finding };
      }),
  );
}
