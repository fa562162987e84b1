import type { Bench } from './figure.ts';
import { nodesReady, labServing } from './bring-up.ts';
import { siteBoot, sitePowerOff, siteReset } from './site-loss.ts';
import { offeredLoad } from './offered-load.ts';
import { freezeEffect, networkEffect, powerEffect } from './effects.ts';

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
    measure: labServing,
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
  {
    name: 'effect-network',
    what: 'call to proven effect, network',
    unit: 's',
    reach: 0.5,
    repeats: 5,
    needs: 'lab',
    measure: networkEffect,
  },
  { name: 'effect-freeze', what: 'call to proven effect, freeze', unit: 's', reach: 0.5, repeats: 5, needs: 'lab', measure: freezeEffect },
  { name: 'effect-power', what: 'call to proven effect, power', unit: 's', reach: 0.5, repeats: 5, needs: 'lab', measure: powerEffect },
  {
    name: 'offered-load',
    what: 'operations a second offered beside the lab, all in the history, none dropped',
    unit: 'ops/s',
    reach: 2000,
    repeats: 3,
    needs: 'lab',
    measure: offeredLoad,
  },
];
