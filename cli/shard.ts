import { InvalidArgumentError, Option } from 'commander';

/** One of several machines that share a choice of scenarios. */
export interface Shard {
  part: number;
  of: number;
}

export const shardOption = (): Option =>
  new Option('--shard <i/n>', 'run the i-th of n parts of what is chosen: each machine another part, in a lab of its own').argParser(
    shardFrom,
  );

/** Parses "2/3": the second of three parts. */
export function shardFrom(text: string): Shard {
  const [, part, of] = (/^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? []).map(Number);
  if (part === undefined || of === undefined || part < 1 || part > of) {
    throw new InvalidArgumentError(`expected i/n with 1 ≤ i ≤ n ≤ 999, not "${text}": "2/3" runs the second of three parts`);
  }
  return { part, of };
}
