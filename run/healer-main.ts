import { serveHealing } from '../faults/healer.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';

const name = process.argv[2];
if (name === undefined) throw new Error('expected the name of a lab');
// a closed terminal or an interrupted runner must not take the healer with it
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined);
serveHealing(() => labTopology(name));
