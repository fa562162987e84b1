import type { Topology } from '../../topology/model.ts';

/** What a schedule has to know of an installation: the names that targets may have. */
export interface Shape {
  sites: { name: string; nodes: string[] }[];
  /** members of the store that elects the database's leader */
  store: string[];
}

/** The shape of an installation of the recommended pattern. */
export function shapeOf({ sites, hosts }: Pick<Topology, 'sites' | 'hosts'>): Shape {
  return {
    sites: sites.map(({ name, nodes }) => ({ name, nodes: nodes.map((node) => node.name) })),
    store: hosts.filter(({ role }) => role === 'dcs').map(({ name }) => name),
  };
}
