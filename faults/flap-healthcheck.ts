import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../support/durations.ts';
import { UsageError } from '../support/errors.ts';
import type { FaultSpec, Target } from './fault.ts';
import { releaseFault, told, type ReleaseOptions } from './releases.ts';

/** A shorter one passes between two checks of the load balancer. */
const SHORTEST_MS = 500;
/** A longer one would not show within the time that a proof has, the rollout included. */
const LONGEST_MS = 3_000;
/** What it says in the period after. */
const OPPOSITE: Readonly<Record<number, number>> = { 200: 503, 503: 200 };

/** Rolls out a release at a site whose health check says 503 in every other period of `every` ("2s"), and the platform's own at lease end. */
export function flapHealthCheck(target: Target, { every, ...options }: ReleaseOptions & { every: string }): FaultSpec {
  const everyMs = parseDuration(every, { what: 'every' });
  if (!Number.isInteger(everyMs) || everyMs < SHORTEST_MS || everyMs > LONGEST_MS) {
    throw new UsageError(
      `every "${every}": expected ${SHORTEST_MS}ms to ${LONGEST_MS}ms: less passes between two checks, more cannot be proven in time`,
    );
  }
  return { fault: 'flap-healthcheck', target, healthCheck: { kind: 'flapping', everyMs }, ...options };
}

export const flapHealthCheckFault = releaseFault({
  name: 'flap-healthcheck',
  takes: ['every'],
  asked: ({ target, every, allowTotalLoss = false }) => {
    if (every === undefined) throw new UsageError('flap-healthcheck: expected "every", such as "2s"; came none');
    return flapHealthCheck(target, { every, allowTotalLoss });
  },
  shows: async (ask, check) => {
    const everyMs = check.kind === 'flapping' ? check.everyMs : 0;
    const first = await ask();
    await sleep(everyMs);
    const second = await ask();
    const flaps = first.every(({ status }, nth) => OPPOSITE[status] !== undefined && OPPOSITE[status] === second[nth]?.status);
    return {
      seen: flaps && [...first, ...second].every(({ marks }) => marks.includes('flapping')),
      what: `${told(first)}; ${everyMs} ms later: ${told(second)}`,
    };
  },
});
