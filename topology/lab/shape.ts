import { UsageError } from '../../support/errors.ts';
import type { HostRole, Pattern, RoutingPolicy } from '../model.ts';

/** What the user asked for. */
export interface LabShape {
  pattern: Pattern;
  sites: number;
  nodes: number;
  routing: RoutingPolicy;
  /** a deliberate mistake, see sabotage.ts; absent: none */
  sabotage?: string;
}

/** One host of the plan; addresses are dotted, ranges in CIDR. */
export interface PlannedHost {
  name: string;
  role: HostRole;
  address: string;
  site?: string;
  /** first node of its site: runs the control plane too */
  control?: boolean;
  /** supported pattern: holds the database of its site */
  database?: boolean;
  podRange?: string;
}

export interface LabPlan {
  gateway: string;
  runner: string;
  range: string;
  hosts: PlannedHost[];
  serviceRange: Record<string, string>;
}

const MAX_SITES = 8;
const MAX_NODES = 32;

/** Names and addresses of every host within the lab's /20, whose first address is `base`. */
export function planLab(shape: LabShape, base: string): LabPlan {
  checkShape(shape);
  const at = (offset: number): string => formatAddress(parseAddress(base) + offset);
  const siteNames = Array.from({ length: shape.sites }, (_, index) => String.fromCharCode(97 + index));
  const hosts: PlannedHost[] = [];
  siteNames.forEach((site, siteIndex) => {
    for (let node = 0; node < shape.nodes; node++) {
      const index = siteIndex * shape.nodes + node;
      hosts.push({
        name: `${site}${node + 1}`,
        role: 'node',
        site,
        control: node === 0,
        // the last one: a loss of it leaves the control plane, where there are several
        ...(shape.pattern === 'supported' && node === shape.nodes - 1 ? { database: true } : {}),
        address: at(64 + index),
        podRange: `${at(2048 + index * 64)}/26`,
      });
    }
  });
  if (shape.pattern === 'recommended') {
    for (const index of [1, 2, 3]) hosts.push({ name: `dcs${index}`, role: 'dcs', address: at(10 + index) });
    for (const index of [1, 2, 3]) hosts.push({ name: `db${index}`, role: 'database', address: at(20 + index) });
    hosts.push({ name: 'dbe', role: 'database-endpoint', address: at(20) });
    hosts.push({ name: 'backup', role: 'backup', address: at(24) });
  }
  hosts.push({ name: 'glb', role: 'load-balancer', address: at(10) });
  hosts.push({ name: 'client', role: 'client', address: at(30) });
  hosts.push({ name: 'observer', role: 'observer', address: at(31) });
  return {
    gateway: at(1),
    runner: at(2),
    range: `${base}/20`,
    hosts,
    serviceRange: Object.fromEntries(siteNames.map((site, index) => [site, `${at(1024 + index * 128)}/25`])),
  };
}

/** The 32 blocks of 198.18.0.0/15 (RFC 2544, benchmarking) that labs choose from. */
export function labBlocks(): string[] {
  const first = parseAddress('198.18.0.0');
  return Array.from({ length: 32 }, (_, index) => formatAddress(first + index * 4096));
}

export function parseAddress(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

function checkShape(shape: LabShape): void {
  if (shape.pattern === 'supported' && shape.sites !== 2) {
    throw new UsageError(`--sites ${shape.sites}: expected 2 with --pattern supported, one site that writes and one that follows`);
  }
  if (!Number.isInteger(shape.sites) || shape.sites < 2 || shape.sites > MAX_SITES) {
    throw new UsageError(`--sites ${shape.sites}: expected a whole number from 2 to ${MAX_SITES}`);
  }
  if (!Number.isInteger(shape.nodes) || shape.nodes < 1 || shape.nodes * shape.sites > MAX_NODES) {
    throw new UsageError(`--nodes ${shape.nodes}: expected a whole number from 1, and at most ${MAX_NODES} nodes in all`);
  }
}
