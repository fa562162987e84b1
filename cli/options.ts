import { InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../support/errors.ts';
import { isRoot } from '../support/user.ts';
import { SABOTAGES, type SabotageName } from '../topology/lab/sabotage.ts';
import type { LabShape } from '../topology/lab/shape.ts';
import { PATTERNS, ROUTING_POLICIES, type Pattern, type RoutingPolicy } from '../topology/model.ts';

export interface LabOptions {
  name: string;
}

export interface ShapeOptions extends LabOptions {
  sites?: number;
  nodes?: number;
  pattern?: Pattern;
  routing?: RoutingPolicy;
  sabotage?: SabotageName;
}

export const nameOption = (): Option => new Option('--name <lab>', 'name of the lab').default('main');

/** Options of the lab's pattern and size; a scenario chooses its own routing. */
export const sizeOptions = (): Option[] => [
  new Option('--pattern <pattern>', 'recommended: one database service outside the sites; supported: a database inside each').choices(
    PATTERNS,
  ),
  new Option('--sites <n>', 'sites, 2 to 8 (default: 2)').argParser(wholeNumber),
  new Option('--nodes <n>', 'nodes a site (default: 2)').argParser(wholeNumber),
];

export const shapeOptions = (): Option[] => [
  ...sizeOptions(),
  new Option('--routing <policy>', 'routing policy of the load balancer').choices(ROUTING_POLICIES),
];

/** A lab with a deliberate mistake. */
export const sabotageOption = (): Option =>
  new Option('--sabotage <name>', 'bring the lab up with a deliberate mistake (docs/track-record.md)').choices(Object.keys(SABOTAGES));

/** What was asked of the shape, without what was not. */
export function shapeOf(options: ShapeOptions): Partial<LabShape> {
  const { pattern, sites, nodes, routing, sabotage } = options;
  return {
    ...(pattern === undefined ? {} : { pattern }),
    ...(sites === undefined ? {} : { sites }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(routing === undefined ? {} : { routing }),
    ...(sabotage === undefined ? {} : { sabotage }),
  };
}

/** Refuses a command that needs root; the launcher calls through sudo, so this speaks to whoever went around it. */
export function requireRoot(command: string): void {
  if (!isRoot()) throw new UsageError(`"holdfast ${command}" works with namespaces, mounts and cgroups: expected root, or sudo on PATH`);
}

/** What is drawn by chance is drawn from this: a whole number up to `highest`. */
export function seedUpTo(highest: number): (text: string) => number {
  return (text) => {
    const seed = wholeNumber(text);
    if (seed > highest) throw new InvalidArgumentError(`expected 0 to ${highest}, not "${text}"`);
    return seed;
  };
}

/** How often something is done: 1 to 100 times. */
export function repeats(text: string): number {
  return between(1, text);
}

/** How often something is done that may be left out: 0 to 100. */
export function repeatsOrNone(text: string): number {
  return between(0, text);
}

function between(least: number, text: string): number {
  const times = wholeNumber(text);
  if (times < least || times > 100) throw new InvalidArgumentError(`expected ${least} to 100, not "${text}"`);
  return times;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number, not "${text}"`);
  return Number(text);
}
