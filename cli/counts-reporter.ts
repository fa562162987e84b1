interface Event {
  type: string;
  data: unknown;
}

interface Summary {
  counts: { tests: number; passed: number; skipped: number; todo: number };
  /** absent in the summary over all files */
  file?: string;
}

/** Reporter for node:test: how many tests passed and failed in all, as JSON; what was cancelled has failed. */
export default async function* countsReporter(events: AsyncIterable<Event>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== 'test:summary') continue;
    const { counts, file } = data as Summary;
    if (file !== undefined) continue;
    const { tests, passed, skipped, todo } = counts;
    yield JSON.stringify({ passed, failed: tests - passed - skipped - todo, skipped });
  }
}
