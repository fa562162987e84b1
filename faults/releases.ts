import type { HealthCheck, Site, Topology } from '../topology/model.ts';
import type { Evidence, Fault, Pinned } from './fault.ts';
import { replaced, uidsOf } from './pods.ts';
import { all } from './probes.ts';
import { servesOrNot } from './serving.ts';
import { siteAsked, siteOf } from './targets.ts';

export interface ReleaseOptions {
  allowTotalLoss?: boolean;
}

/** What the health check says at one node of a site. */
export interface Said {
  node: string;
  /** HTTP status; 0 where no answer came in time */
  status: number;
  /** which release it says that it is of: "blind", "flapping" or neither */
  marks: string[];
}

/** How one release differs from the others. */
export interface ReleaseFault {
  name: string;
  takes?: Fault['takes'];
  asked: Fault['asked'];
  /** whether what the health check says is what the release makes it say; `ask` asks every node of the site */
  shows: (ask: () => Promise<Said[]>, check: HealthCheck) => Promise<Evidence>;
}

const OWN: HealthCheck = { kind: 'honest' };
const MARKS = ['blind', 'flapping'];
/** What the load balancer gives a check. */
const ANSWER_S = 0.5;

/** A release of a site's api with another health check, rolled out pod by pod; over when its own is rolled out again and the site serves. */
export function releaseFault({ name, takes = [], asked, shows }: ReleaseFault): Fault {
  return {
    name,
    kind: 'off',
    sparesDaemons: true,
    takes: [...takes, 'allowTotalLoss'],
    asked,
    pin: async (topology, spec) => {
      const site = siteAsked(topology, spec);
      const pods = (await site.pods('api')).filter(({ ending }) => !ending);
      return {
        hosts: site.nodes.map((node) => node.name),
        paths: [],
        pods: pods.map((pod) => pod.name),
        uids: uidsOf(pods),
        healthCheck: spec.healthCheck ?? OWN,
      };
    },
    inject: (topology, pinned) => siteOf(topology, pinned).releaseHealthCheck(pinned.healthCheck ?? OWN),
    heal: (topology, pinned) => siteOf(topology, pinned).releaseHealthCheck(OWN),
    effect: async (topology, pinned) => {
      const site = siteOf(topology, pinned);
      const out = await rolledOut(site, pinned);
      return out.seen ? all([out, await shows(() => ask(topology, site), pinned.healthCheck ?? OWN)]) : out;
    },
    gone: async (topology, pinned) => {
      const site = siteOf(topology, pinned);
      const lack = await site.lack();
      // a pod that ends still answers those who are connected to it
      const ending = (await site.pods('api')).filter((pod) => pod.ending).length;
      const said = await ask(topology, site);
      const own = said.every(({ status, marks }) => status === 200 && marks.length === 0);
      return {
        seen: lack === undefined && ending === 0 && own,
        what: `site ${site.name} ${servesOrNot(lack)}, ${ending} of its api pods are ending; ${told(said)}`,
      };
    },
  };
}

/** What was said, in words. */
export function told(said: readonly Said[]): string {
  const each = said.map(
    ({ node, status, marks }) => `${node} ${status === 0 ? 'nothing' : status}${marks.map((mark) => ` ${mark}`).join('')}`,
  );
  return `the health check says at ${each.join(', ')}`;
}

async function rolledOut(site: Site, pinned: Pinned): Promise<Evidence> {
  const { pods = [] } = pinned;
  const gone = await replaced(site, { ...pinned, app: 'api' });
  return { seen: gone.length === pods.length, what: `${gone.length} of ${pods.length} api pods at site ${site.name} are replaced` };
}

async function ask(topology: Topology, site: Site): Promise<Said[]> {
  return Promise.all(
    Object.entries(site.healthCheckUrls).map(async ([node, url]) => {
      const command = ['curl', '-s', '-m', String(ANSWER_S), '-w', '\\n%{http_code}', url];
      const { stdout } = await topology.probe(topology.observer.name, command, ANSWER_S * 8000);
      return { node, status: Number(stdout.split('\n').at(-1)), marks: MARKS.filter((mark) => stdout.includes(`"${mark}":true`)) };
    }),
  );
}
