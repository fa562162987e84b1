import { Answer } from './answer.ts';
import type { Stamp } from './stamp.ts';

/** Position of an acknowledged write, which a later read may demand. */
export interface Token {
  system: string;
  timeline: number;
  epoch: number;
  lsn: bigint;
}

/** Where a copy stands, as far as a token needs it. */
export interface Position {
  stamp: Stamp;
  /** replayed (standby) or written (primary) so far; null when the copy has replayed nothing yet */
  lsn: string | null;
  /** text of the copy's own timeline history file; null when it cannot be read */
  history: string | null;
  /** what the copy knows of the token's epoch, where each site has a database of its own */
  term?: Term;
}

/** One writer's time: its server, and, if another came after it, the position up to which that took over what it had written; null: nobody knows. */
export interface Term {
  system: string;
  end?: bigint | null;
  /** position of this writer's log up to which everything is at the copy; null where the copy follows none */
  followed: bigint | null;
}

/** `covered`: the copy has it; `behind`: it may come; `refused`: it never will; `unproven`: the copy's lineage is unreadable. */
export type Coverage = 'covered' | 'behind' | 'refused' | 'unproven';

/** Writes a token as `system:timeline:epoch:lsn`. */
export function formatToken({ system, timeline, epoch, lsn }: Stamp & { lsn: string }): string {
  return `${system}:${timeline}:${epoch}:${lsn}`;
}

/** Reads a token, or answers 400; absent stays absent. */
export function parseToken(text: string | undefined): Token | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,20}):(\d{1,9}):(\d{1,9}):([0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8})$/.exec(text);
  if (!match) {
    throw new Answer(
      400,
      'validation',
      `Expected a token "system:timeline:epoch:lsn", came ${JSON.stringify(text)}: send the one a write returned.`,
    );
  }
  const [, system = '', timeline, epoch, lsn = ''] = match;
  return { system, timeline: Number(timeline), epoch: Number(epoch), lsn: parseLsn(lsn) };
}

/** Judges whether a copy holds what the token stands for. */
export function coverageOf(token: Token, { stamp, lsn, history, term }: Position): Coverage {
  if (term !== undefined && term.system !== token.system) return 'refused';
  if (term?.end !== undefined) return term.end === null ? 'unproven' : token.lsn <= term.end ? 'covered' : 'refused';
  if (token.system !== stamp.system) {
    if (term === undefined) return token.epoch > stamp.epoch ? 'behind' : 'refused';
    return term.followed !== null && term.followed >= token.lsn ? 'covered' : 'behind';
  }
  // A copy that has not heard of the timeline or epoch yet may only be late.
  if (token.timeline > stamp.timeline || token.epoch > stamp.epoch) return 'behind';
  if (token.timeline < stamp.timeline) {
    if (history === null) return 'unproven';
    const end = endOfTimeline(history, token.timeline);
    if (end === undefined || token.lsn > end) return 'refused';
  }
  return lsn !== null && parseLsn(lsn) >= token.lsn ? 'covered' : 'behind';
}

/** Whether a copy that stayed behind is on another lineage as far as it knows, rather than late. */
export function knowsLineage(token: Token, stamp: Stamp): boolean {
  return token.timeline <= stamp.timeline && token.epoch <= stamp.epoch;
}

/** Position at which a history left a timeline; undefined when it never was on it. */
export function endOfTimeline(history: string, timeline: number): bigint | undefined {
  for (const line of history.split('\n')) {
    const match = /^\s*(\d+)\s+([0-9A-Fa-f]+\/[0-9A-Fa-f]+)/.exec(line);
    if (match && Number(match[1]) === timeline) return parseLsn(match[2] ?? '');
  }
  return undefined;
}

/** A position in the write-ahead log as a number. */
export function parseLsn(lsn: string): bigint {
  const [high = '', low = ''] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
