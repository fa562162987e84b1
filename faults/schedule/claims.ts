import type { FaultKind } from '../fault.ts';

/** What a fault may stand in the way of others with: every site behind the load balancer, the load balancer, the leading copy, its standbys, the store that elects the leader. */
export type Part = 'sites' | 'balancer' | 'primary' | 'standby' | 'store';

/**
 * How a fault uses a part. alone: breaks it, or lasts only while nobody else breaks it. whole: impairs it; its proofs need it whole when it begins
 * and soon after it has ended, and others may break it between. settled: nobody may break or impair it until a proof that takes long has come, as
 * that of a rollout. sole: nobody else touches it from its beginning to its end.
 */
export type Use = 'alone' | 'whole' | 'settled' | 'sole';
export type Claims = Partial<Record<Part, Use>>;

/** A fault of a schedule with what it claims; ms. */
export interface Claiming {
  at: number;
  lengthMs: number;
  kind: FaultKind;
  claims: Claims;
}

/** From the call until the effect is proven: 0.3 to 2 s as measured, and up to 10 s of rollouts. */
const PROVEN_MS: Partial<Record<Use, number>> = { whole: 2_500, settled: 10_000 };
/** From the end of a fault until what it broke is whole again: a thaw, a boot with the rejoining of a copy, a failover. */
const WHOLE_AGAIN_MS: Record<FaultKind, number> = { held: 3_000, off: 12_000, momentary: 10_000 };
/** The end of a held fault must be seen within 30 s. */
const END_SEEN_MS = 25_000;
/** Of two faults that begin within this time each may be looked at while the other begins. */
const APART_MS = 2_000;

/** Whether two faults may stand in one schedule: neither makes the proofs of the other impossible. */
export function agree(one: Claiming, other: Claiming): boolean {
  if (Math.abs(one.at - other.at) < APART_MS) return false;
  const shared = (Object.keys(one.claims) as Part[]).filter((part) => other.claims[part] !== undefined);
  return shared.every((part) => bearable(one, other, part) && bearable(other, one, part));
}

/** Whether a fault can be proven beside another that uses the same part. */
function bearable(one: Claiming, other: Claiming, part: Part): boolean {
  const apart = one.at >= over(other) || other.at >= over(one);
  const theirs = other.claims[part];
  switch (one.claims[part]) {
    case 'sole':
      return apart;
    case 'alone':
      return theirs !== 'alone' || apart;
    case 'whole':
      return theirs !== 'alone' || provable(one, other, 'whole');
    case 'settled':
      return theirs === 'settled' || provable(one, other, 'settled');
    default:
      return true;
  }
}

/** Whether a part is whole when a fault that needs it begins, until it is proven, and soon after it has ended. */
function provable(needing: Claiming, breaking: Claiming, use: Use): boolean {
  const begunIn = needing.at >= breaking.at && needing.at < over(breaking);
  const brokenBeforeProof = breaking.at >= needing.at && breaking.at < needing.at + (PROVEN_MS[use] ?? 0);
  const end = needing.at + needing.lengthMs;
  const brokenAtEnd = breaking.at < end + WHOLE_AGAIN_MS[needing.kind] && over(breaking) > end + END_SEEN_MS;
  return !begunIn && !brokenBeforeProof && !brokenAtEnd;
}

function over({ at, lengthMs, kind }: Claiming): number {
  return at + lengthMs + WHOLE_AGAIN_MS[kind];
}
