import type { FaultSpec, Target } from './fault.ts';
import { releaseFault, told, type ReleaseOptions } from './releases.ts';

/** Rolls out a release at a site whose health check says 200 whatever happens, and the platform's own at lease end. */
export function blindHealthCheck(target: Target, options: ReleaseOptions = {}): FaultSpec {
  return { fault: 'blind-healthcheck', target, healthCheck: { kind: 'blind' }, ...options };
}

export const blindHealthCheckFault = releaseFault({
  name: 'blind-healthcheck',
  asked: ({ target, allowTotalLoss = false }) => blindHealthCheck(target, { allowTotalLoss }),
  shows: async (ask) => {
    const said = await ask();
    return { seen: said.every(({ status, marks }) => status === 200 && marks.includes('blind')), what: told(said) };
  },
});
