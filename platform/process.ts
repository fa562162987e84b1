/** Something that runs until it is told to stop. */
export interface Stoppable {
  stop(): Promise<void>;
}

// Longer than a drain and the longest request together, shorter than what Kubernetes grants.
const LONGEST_STOP_MS = 9000;

/** Runs the one part of this process until SIGTERM or SIGINT, then stops it in order and exits 0. */
export function runProcess(start: () => Promise<Stoppable>): void {
  const started = start();
  started.catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref();
    await (await started).stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}
