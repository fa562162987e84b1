import { readJson } from '../support/files.ts';

/** What the test runner says of one run of a scenario. */
export interface RunnerWord {
  title: string;
  /** file of the scenario within scenarios/ */
  file?: string;
  /** folder of the record that it opened */
  record?: string;
  seconds?: number;
  failed: boolean;
  error?: string;
  /** why it was not to run: the reason that its skip or fixme gives */
  skipped?: string;
}

interface Suite {
  suites?: Suite[];
  specs?: { title: string; file?: string; tests: Test[] }[];
}

interface Test {
  status: string;
  annotations?: { type: string; description?: string }[];
  /** none: it was not begun */
  results: { status?: string; duration?: number; error?: { message?: string } }[];
}

/** Every run of every scenario that the test runner tells of in its file of results; none where there is no such file. */
export function runnerWords(resultsFile: string): RunnerWord[] {
  return wordsOf(readJson<Suite>(resultsFile) ?? {});
}

function wordsOf({ specs = [], suites = [] }: Suite): RunnerWord[] {
  const own = specs.flatMap(({ title, file, tests }) =>
    tests.map((test): RunnerWord => ({ title, ...(file === undefined ? {} : { file }), ...wordOf(test) })),
  );
  return [...own, ...suites.flatMap(wordsOf)];
}

function wordOf(test: Test): Omit<RunnerWord, 'title' | 'file'> {
  const [result] = test.results;
  const record = test.annotations?.find(({ type }) => type === 'record')?.description;
  const skipped = skippedWhy(test);
  const error = skipped === undefined ? (undone(test) ?? result?.error?.message) : undefined;
  return {
    failed: !['expected', 'skipped'].includes(test.status),
    ...(record === undefined ? {} : { record }),
    ...(result?.duration === undefined ? {} : { seconds: result.duration / 1000 }),
    ...(skipped === undefined ? {} : { skipped }),
    ...(error === undefined ? {} : { error }),
  };
}

/** Why somebody wanted a scenario not to run; undefined: nobody did. */
function skippedWhy({ annotations = [], results: [result] }: Test): string | undefined {
  const mark = annotations.find(({ type }) => type === 'skip' || type === 'fixme');
  if (mark === undefined || (result !== undefined && result.status !== 'skipped')) return undefined;
  const reason = mark.description ?? 'no reason is given';
  return mark.type === 'fixme' ? `fixme: ${reason}` : reason;
}

/** What to say of a scenario that its session left undone, though nobody wanted that; undefined: it was not. */
function undone({ results: [result] }: Test): string | undefined {
  if (result === undefined) return 'was not run: its session ended before';
  if (result.status === 'skipped') return 'was not run: what its file does before it had failed';
  return result.status === 'interrupted' ? 'was interrupted' : undefined;
}
