import { labTopology } from './topology/lab/lab-topology.ts';
const t = labTopology('main');
const b = t.site('b');
console.time('off'); await Promise.all(b.nodes.map(n => n.powerOff())); console.timeEnd('off');
await new Promise(r => setTimeout(r, 3000)); console.log(await t.balancer.backends());
console.time('boot'); await Promise.all(b.nodes.map(n => n.boot())); console.timeEnd('boot');
console.time('serving');
for (;;) { const bs = await t.balancer.backends(); if (Object.values(bs).every(x => x === 'UP')) break; await new Promise(r => setTimeout(r, 50)); }
console.timeEnd('serving');
while (!(await b.ready())) await new Promise(r => setTimeout(r, 50)); console.timeEnd; 
console.log('ready', await b.ready());
