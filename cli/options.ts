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
  return (text) => wholeNumberWithin(text, 0, highest);
}

/** How often something is done: 1 to 100 times. */
export function repeats(text: string): number {
  return wholeNumberWithin(text, 1, 100);
}

/** How often something is done that may be left out: 0 to 100. */
export function repeatsOrNone(text: string): number {
  return wholeNumberWithin(text, 0, 100);
}

/** The whole number that an option says, both ends included; an InvalidArgumentError where it says another, or none. */
export function wholeNumberWithin(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, not "${text}"`);
  return value;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number, not "${text}"`);
  return Number(text);
}
