import type { Bench } from './figure.ts';
import { nodesReady, labServing } from './bring-up.ts';
import { siteBoot, sitePowerOff, siteReset } from './site-loss.ts';
import { offeredLoad } from './offered-load.ts';
import { judging, type Judging } from './judging.ts';
import type { FaultSpec } from '../../faults/fault.ts';
import { effectOf, endOf, frozen, network, unpowered } from './effects.ts';

/** Every figure that can be measured by now, in the order in which they are measured. */
export const benches: readonly Bench[] = [
  {
    name: 'sites-ready',
    what: 'two one-node sites Ready, from nothing, tools built',
    unit: 's',
    reach: 5,
    repeats: 3,
    needs: 'nothing',
    measure: nodesReady,
  },
  {
    name: 'lab-serving',
    what: 'whole default lab serving a write, from nothing',
    unit: 's',
    reach: 15,
    repeats: 3,
    needs: 'nothing',
    measure: (context) => labServing(context),
  },
  {
    name: 'pair-serving',
    what: 'whole lab of the supported pattern serving a write, from nothing',
    unit: 's',
    reach: 20,
    repeats: 3,
    needs: 'nothing',
    measure: (context) => labServing(context, 'supported'),
  },
  {
    name: 'site-power-off',
    what: 'call to last process of a site gone',
    unit: 's',
    reach: 0.3,
    repeats: 5,
    needs: 'lab',
    measure: sitePowerOff,
  },
  { name: 'site-boot', what: 'boot of a site to serving', unit: 's', reach: 8, repeats: 5, needs: 'lab', measure: siteBoot },
  {
    name: 'site-reset',
    what: 'back to the reference state after a site loss',
    unit: 's',
    reach: 15,
    repeats: 3,
    needs: 'lab',
    measure: siteReset,
  },
  ...faulted('network', network),
  ...faulted('freeze', frozen),
  ...faulted('power', unpowered, 'hosts started'),
  {
    name: 'offered-load',
    what: 'operations a second offered beside the lab, all in the history, none dropped',
    unit: 'ops/s',
    reach: 2000,
    repeats: 3,
    needs: 'lab',
    measure: offeredLoad,
  },
  ...judged('10m', 10_000_000, { seconds: 6, memoryGB: 2 }),
  // what growth is measured by: close to linear in time, and within the memory that judging allows itself
  ...judged('100k', 100_000, { seconds: 1, memoryGB: 2, seldom: true }),
  ...judged('1m', 1_000_000, { seconds: 1.5, memoryGB: 2, seldom: true }),
  ...judged('100m', 100_000_000, { seconds: 90, memoryGB: 2, seldom: true }),
];

function faulted(name: string, spec: FaultSpec, end = 'proven end'): Bench[] {
  const common = { unit: 's', repeats: 5, needs: 'lab' } as const;
  return [
    {
      ...common,
      name: `effect-${name}`,
      what: `call to proven effect, ${name}`,
      reach: 0.5,
      measure: (context) => effectOf(context, spec),
    },
    { ...common, name: `end-${name}`, what: `lease end to ${end}, ${name}`, reach: 1, measure: (context) => endOf(context, spec) },
  ];
}

function judged(name: string, operations: number, reach: { seconds: number; memoryGB: number; seldom?: boolean }): Bench[] {
  const what = `judging ${operations.toLocaleString('en')} operations`;
  // one judging gives both figures: where both are measured, the second takes what the first has left
  const made: Judging[] = [];
  const common = { repeats: operations > 10_000_000 ? 1 : 3, needs: 'nothing', seldom: reach.seldom ?? false } as const;
  return [
    {
      ...common,
      name: `judge-${name}`,
      what,
      unit: 's',
      reach: reach.seconds,
      measure: async () => {
        const took = await judging(operations);
        made.push(took);
        return took.seconds;
      },
    },
    {
      ...common,
      name: `judge-${name}-memory`,
      what: `most memory while ${what}`,
      unit: 'GB',
      reach: reach.memoryGB,
      measure: async () => (made.shift() ?? (await judging(operations))).peakGB,
    },
  ];
}
