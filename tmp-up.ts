import { bringUp } from './topology/lab/up.ts';
import { tearDown } from './topology/lab/down.ts';
import { progress } from './cli/progress.ts';
if (process.argv[2] === 'down') { console.log(await tearDown(process.argv[3] ?? 'main')); process.exit(0); }
const r = await bringUp({ name: process.argv[2] ?? 'main' }, progress);
progress('up ' + r.created);
