import { UsageError } from '../support/errors.ts';
import type { FaultSpec, Target } from './fault.ts';
import { appNamed, onPods, podFault, replaced, type PodOptions } from './pods.ts';

/** Deletes every pod of one kind at a site: in good order, or with a `grace` of "0" at once. */
export function deletePods(target: Target, { grace, ...options }: PodOptions & { grace?: string }): FaultSpec {
  if (grace !== undefined && !/^\d+$/.test(grace)) throw new UsageError(`grace "${grace}": expected whole seconds, such as "0"`);
  return onPods('delete-pods', target, { ...options, ...(grace === undefined ? {} : { graceS: Number(grace) }) });
}

export const deletePodsFault = podFault({
  name: 'delete-pods',
  kind: 'momentary',
  takes: ['grace'],
  asked: ({ target, app, grace, allowTotalLoss = false }) =>
    deletePods(target, { app: appNamed(app), allowTotalLoss, ...(grace === undefined ? {} : { grace }) }),
  inject: (site, { app, pods, graceS }) => site.deletePods(app, pods, graceS),
  effect: async (site, pinned) => {
    const gone = await replaced(site, pinned);
    return {
      seen: gone.length === pinned.pods.length,
      what: `${gone.length} of ${pinned.pods.length} ${pinned.app} pods at site ${site.name} are deleted`,
    };
  },
});
