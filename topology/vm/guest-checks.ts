import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../support/errors.ts';

/** Counts checks and says on the console how each went; the caller of the machine reads these lines. */
export class GuestChecks {
  #passed = 0;
  #failed = 0;

  /** Runs one check; whether it held. A failure is told and counted, and the next check may run. */
  async check(what: string, run: () => Promise<void>): Promise<boolean> {
    const start = performance.now();
    const took = (): string => `${((performance.now() - start) / 1000).toFixed(1)} s`;
    try {
      await run();
      this.#passed++;
      this.#say(`passed: ${what} (${took()})`);
      return true;
    } catch (error) {
      this.#failed++;
      this.#say(`failed: ${what} (${took()}): ${messageOf(error).replaceAll('\n', ' | ')}`);
      return false;
    }
  }

  get failed(): number {
    return this.#failed;
  }

  /** The last line of the console. */
  end(): void {
    this.#say(`${this.#passed} passed, ${this.#failed} failed`);
  }

  #say(text: string): void {
    // a message of the kernel may have left the cursor in the middle of a line
    process.stdout.write(`\nVM TEST: ${text}\n`);
  }
}

/** Puts the ends of a lab's logs on the console: the machine and its disk are gone afterwards. */
export function printLogs(labFolder: string, lines = 12): void {
  const hosts = join(labFolder, 'hosts');
  if (!existsSync(hosts)) return;
  for (const host of readdirSync(hosts)) {
    const logs = join(hosts, host, 'data/log');
    const files = [join(hosts, host, 'boot.log'), ...(existsSync(logs) ? readdirSync(logs).map((name) => join(logs, name)) : [])];
    for (const file of files.filter((path) => existsSync(path))) {
      const end = readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .slice(-lines)
        .map((line) => line.slice(0, 400));
      console.log(`--- ${file}\n${end.join('\n')}`);
    }
  }
}
