import type { FaultSpec, Target } from './fault.ts';
import { appNamed, onPods, podFault, type PodOptions } from './pods.ts';

/** Kills the program (SIGKILL) of every pod of one kind at a site; the kubelet starts it again in the same pod. */
export function killContainers(target: Target, options: PodOptions): FaultSpec {
  return onPods('kill-containers', target, options);
}

export const killContainersFault = podFault({
  name: 'kill-containers',
  kind: 'momentary',
  asked: ({ target, app, allowTotalLoss = false }) => killContainers(target, { app: appNamed(app), allowTotalLoss }),
  inject: async (site, { app, pods }) => void (await Promise.all(pods.map((pod) => site.killContainers(app, pod)))),
  effect: async (site, { app, pods, restarts = {} }) => {
    const now = await site.pods(app);
    const hit = now.filter((pod) => pods.includes(pod.name) && (pod.down === true || pod.restarts > (restarts[pod.name] ?? 0)));
    const started = hit.filter(({ down }) => down !== true).length;
    return {
      seen: hit.length === pods.length,
      what: `${started} of ${pods.length} ${app} pods at site ${site.name} count another start of their container, ${hit.length - started} wait for one`,
    };
  },
});
