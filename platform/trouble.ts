/** A log of troubles on standard error, at most one line a second: during an outage every request has one. */
export function troubleLog(where: string): (error: Error) => void {
  let quietUntil = 0;
  let unsaid = 0;
  return (error) => {
    const now = performance.now();
    if (now < quietUntil) {
      unsaid += 1;
      return;
    }
    quietUntil = now + 1000;
    process.stderr.write(`${JSON.stringify({ trouble: where, message: error.message, unsaid })}\n`);
    unsaid = 0;
  };
}
