import { UsageError } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';
import { faultNamed } from './catalogue.ts';
import {
  FAULT_OPTIONS,
  NAMED_ENDS,
  ROLES,
  type Asked,
  type Direction,
  type FaultOption,
  type FaultSpec,
  type NamedEnd,
  type Target,
} from './fault.ts';

const DIRECTIONS: readonly Direction[] = ['both', 'out', 'in'];

/** What a person said of a fault, word by word. */
export type Words = Partial<Record<Exclude<FaultOption, 'allowTotalLoss'>, string>> & { allowTotalLoss?: boolean };

/** The fault that words ask for, on a topology; a UsageError says which word was not understood, and what would be. */
export function faultFrom(topology: Topology, { fault, target, words }: { fault: string; target: string; words: Words }): FaultSpec {
  const entry = faultNamed(fault);
  const { name, takes } = entry;
  const refused = FAULT_OPTIONS.filter((option) => words[option] !== undefined && !takes.includes(option));
  if (refused.length > 0) {
    throw new UsageError(
      `${name} takes no "${refused.join('", "')}"; it takes ${takes.length === 0 ? 'nothing but its target' : takes.join(', ')}`,
    );
  }
  const { from, direction, ...rest } = words;
  const by: Asked = { ...rest, target: targetFrom(topology, target) };
  if (from !== undefined) by.from = isNamedEnd(from) ? from : targetFrom(topology, from, NAMED_ENDS);
  if (direction !== undefined) {
    if (!isDirection(direction)) throw new UsageError(`direction "${direction}": expected one of ${DIRECTIONS.join(', ')}`);
    by.direction = direction;
  }
  return entry.asked(by);
}

/** The host, site or role of that name, or several hosts ("dcs1,dcs2"). */
function targetFrom(topology: Topology, text: string, others: readonly string[] = []): Target {
  const role = ROLES.find((known) => known === text);
  if (role !== undefined) return { kind: 'role', role };
  if (topology.hosts.some(({ name }) => name === text)) return { kind: 'host', name: text };
  const names = text.split(',');
  if (names.length > 1 && names.every((one) => topology.hosts.some(({ name }) => name === one))) return { kind: 'hosts', names };
  if (topology.sites.some(({ name }) => name === text)) return { kind: 'site', name: text };
  const known = [...others, ...ROLES, ...topology.sites.map(({ name }) => `${name} (site)`), ...topology.hosts.map(({ name }) => name)];
  throw new UsageError(`unknown target "${text}": expected one of ${known.join(', ')}`);
}

function isNamedEnd(text: string): text is NamedEnd {
  return NAMED_ENDS.some((known) => known === text);
}

function isDirection(text: string): text is Direction {
  return DIRECTIONS.some((known) => known === text);
}
