import { UsageError } from '../support/errors.ts';
import type { PodState, Site, Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { servesOrNot } from './serving.ts';
import { siteAsked, siteOf } from './targets.ts';

/** Kinds of pods that the platform has. */
export const PLATFORM_APPS = ['api', 'worker'] as const;
/** With the one of a site's own database, which only the supported pattern has. */
export const APPS = [...PLATFORM_APPS, 'postgres'] as const;
export type App = (typeof APPS)[number];

export interface PodOptions {
  app: App;
  allowTotalLoss?: boolean;
}

/** The kind of pods that a person asks for; a UsageError lists those that there are. */
export function appNamed(text: string | undefined): App {
  const app = APPS.find((known) => known === text);
  if (app === undefined) throw new UsageError(`app: expected one of ${APPS.join(', ')}, came ${text === undefined ? 'none' : `"${text}"`}`);
  return app;
}

/** How one fault of a site's pods differs from the others. */
export interface PodFault {
  name: string;
  kind: Fault['kind'];
  takes?: Fault['takes'];
  asked: Fault['asked'];
  inject: (site: Site, pinned: Pinned & { app: App; pods: string[] }) => Promise<void>;
  heal?: (site: Site, pinned: Pinned & { app: App }) => Promise<void>;
  effect: (site: Site, pinned: Pinned & { app: App; pods: string[] }) => Promise<Evidence>;
}

/** A fault of the pods of one kind at a site. They are pinned by name; it is gone when the site serves with as many as before. */
export function podFault({ name, kind, takes = [], asked, inject, heal, effect }: PodFault): Fault {
  const showing = (topology: Topology, pinned: Pinned): Promise<Evidence> =>
    effect(siteOf(topology, pinned), { ...pinned, app: appOf(pinned), pods: pinned.pods ?? [] });
  const whole = async (topology: Topology, pinned: Pinned): Promise<Evidence> => served(siteOf(topology, pinned), appOf(pinned));
  return {
    name,
    kind,
    sparesDaemons: true,
    takes: ['app', 'allowTotalLoss', ...takes],
    asked,
    pin: async (topology, spec) => {
      const site = siteAsked(topology, spec);
      const app = appNamed(spec.app);
      if (app === 'postgres' && topology.pattern !== 'supported')
        throw new UsageError(
          `app postgres: the sites of lab ${topology.name} have no database of their own: expected ${PLATFORM_APPS.join(' or ')}`,
        );
      const states = (await site.pods(app)).filter(({ ending }) => !ending);
      return {
        hosts: site.nodes.map((node) => node.name),
        paths: [],
        app,
        pods: states.map((pod) => pod.name),
        uids: uidsOf(states),
        restarts: Object.fromEntries(states.map((pod) => [pod.name, pod.restarts])),
        replicas: await site.replicas(app),
        ...(spec.graceS === undefined ? {} : { graceS: spec.graceS }),
      };
    },
    inject: (topology, pinned) => inject(siteOf(topology, pinned), { ...pinned, app: appOf(pinned), pods: pinned.pods ?? [] }),
    heal: async (topology, pinned) => heal?.(siteOf(topology, pinned), { ...pinned, app: appOf(pinned) }),
    effect: showing,
    gone: whole,
  };
}

async function served(site: Site, app: App): Promise<Evidence> {
  const [all, wanted] = await Promise.all([site.pods(app), site.replicas(app)]);
  const pods = all.filter(({ ending }) => !ending);
  const enough = wanted > 0 && pods.length === wanted;
  const there = `${pods.length} of ${wanted} ${app} pods at site ${site.name}`;
  if (!enough) return { seen: false, what: there };
  const lack = await site.lack();
  return { seen: lack === undefined, what: `${there}, which ${servesOrNot(lack)}` };
}

function appOf({ app }: Pinned): App {
  return appNamed(app);
}

/** Which of the pinned pods are not there any more, not even to end what they had begun. */
export async function replaced(site: Site, { app, pods = [], uids = {} }: Pick<Pinned, 'pods' | 'uids'> & { app: App }): Promise<string[]> {
  const there = new Map((await site.pods(app)).map(({ name, uid }) => [name, uid]));
  return pods.filter((pod) => !there.has(pod) || (uids[pod] !== undefined && there.get(pod) !== uids[pod]));
}

/** What tells pods from later ones of the same name. */
export function uidsOf(states: readonly PodState[]): Record<string, string> {
  return Object.fromEntries(states.map(({ name, uid }) => [name, uid]));
}

/** A pod fault as a scenario asks for it. */
export function onPods(fault: string, target: Target, options: PodOptions & Pick<FaultSpec, 'graceS'>): FaultSpec {
  return { fault, target, ...options };
}
