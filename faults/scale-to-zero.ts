import type { FaultSpec, Target } from './fault.ts';
import { appNamed, onPods, podFault, type PodOptions } from './pods.ts';

/** Scales the pods of one kind at a site to none, and back to as many as there were at lease end. */
export function scaleToZero(target: Target, options: PodOptions): FaultSpec {
  return onPods('scale-to-zero', target, options);
}

export const scaleToZeroFault = podFault({
  name: 'scale-to-zero',
  kind: 'off',
  asked: ({ target, app, allowTotalLoss = false }) => scaleToZero(target, { app: appNamed(app), allowTotalLoss }),
  inject: (site, { app }) => site.scale(app, 0),
  heal: async (site, { app, replicas = 0 }) => {
    if ((await site.replicas(app)) < replicas) await site.scale(app, replicas);
  },
  effect: async (site, { app }) => {
    const left = (await site.pods(app)).length;
    return { seen: left === 0, what: `${left} ${app} pods left at site ${site.name}` };
  },
});
