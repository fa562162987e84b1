import type { FaultSpec, Target } from './fault.ts';
import { appNamed, onPods, podFault, replaced, type PodOptions } from './pods.ts';

/** Replaces the pods of one kind at a site one after the other, as a new version would. */
export function restartPods(target: Target, options: PodOptions): FaultSpec {
  return onPods('restart-pods', target, options);
}

export const restartPodsFault = podFault({
  name: 'restart-pods',
  kind: 'momentary',
  asked: ({ target, app, allowTotalLoss = false }) => restartPods(target, { app: appNamed(app), allowTotalLoss }),
  inject: (site, { app }) => site.restart(app),
  effect: async (site, pinned) => {
    const gone = await replaced(site, pinned);
    return {
      seen: gone.length === pinned.pods.length,
      what: `${gone.length} of ${pinned.pods.length} ${pinned.app} pods at site ${site.name} are replaced`,
    };
  },
});
