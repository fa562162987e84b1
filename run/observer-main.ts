import { createWriteStream } from 'node:fs';
import { microsSince } from '../support/clock.ts';
import { watchBackends } from './observe-backends.ts';
import { watchCopy, type SharedView } from './observe-copy.ts';
import { watchMachine } from './observe-machine.ts';

/** What the observer is started with, as JSON in HOLDFAST_OBSERVE. */
export interface ObserverSettings {
  zeroNs: string;
  file: string;
  /** connection string by copy */
  copies: Record<string, string>;
  runtimeApi: { host: string; port: number };
  intervalMs: number;
}

const settings = JSON.parse(process.env.HOLDFAST_OBSERVE ?? '') as ObserverSettings;
const zero = BigInt(settings.zeroNs);
const out = createWriteStream(settings.file, { flags: 'a' });
const write = (line: object): void => void out.write(`${JSON.stringify(line)}\n`);
const now = (): number => microsSince(zero);
const shared: SharedView = { syncStandbys: new Set(), primaryLsn: undefined };

for (const [copy, dsn] of Object.entries(settings.copies)) watchCopy({ copy, dsn, shared, intervalMs: settings.intervalMs, now, write });
watchBackends({ ...settings.runtimeApi, intervalMs: settings.intervalMs, now, write });
watchMachine({ now, write });

process.on('SIGTERM', () => out.end(() => process.exit(0)));
out.on('error', (error) => {
  console.error(`observer: cannot write ${settings.file}: ${error.message}`);
  process.exit(1);
});
