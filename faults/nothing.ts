import type { Fault, FaultSpec, Target } from './fault.ts';
import { answering, silent } from './probes.ts';
import { resolveTarget } from './targets.ts';

/** A fault without any effect, claimed to silence its target: for the control that shows that an unproven fault decides nothing. */
export function nothing(target: Target): FaultSpec {
  return { fault: 'nothing', target };
}

export const nothingFault: Fault = {
  name: 'nothing',
  kind: 'held',
  sparesDaemons: true,
  takes: [],
  asked: ({ target }) => nothing(target),
  pin: async (topology, spec) => ({ hosts: (await resolveTarget(topology, spec.target)).map(({ name }) => name), paths: [] }),
  inject: async () => undefined,
  heal: async () => undefined,
  effect: (topology, { hosts }) => silent(topology, hosts),
  gone: (topology, { hosts }) => answering(topology, hosts),
};
