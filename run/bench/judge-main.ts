// Judges the record in the folder that is given and says what it took; a process of its own, so that its memory is that of the judging alone.
import { judge } from '../../verdict/judge.ts';
import type { Judging } from './judging.ts';

const started = performance.now();
const { verdict } = await judge(process.argv[2] as string);
const seconds = (performance.now() - started) / 1000;
const took: Judging = { verdict, seconds, peakGB: (process.resourceUsage().maxRSS * 1024) / 1e9 };
process.stdout.write(`${JSON.stringify(took)}\n`);
