/** The course of a modelled run: a primary db1 and a replica db2, and perhaps a failover; times in µs. */
export type Course = {
  /** when db1 dies; db2 is the primary from `GAP` later on, db1 its replica again from `REJOIN` on */
  failover: number | null;
  /** how far replay lies behind at a replica */
  lag: number;
  /** workers complete a job for each element, in transactions that no history names */
  jobs: { begin: number; length: number }[] | null;
  /** the topology only promises synchronous copies until it degrades, which it does from this time to the failover */
  degraded: number | null;
};

/** A transaction: begun, and visible at the primary from `commit` on (Infinity: rolled back at `over`). */
export type Transaction = { begin: number; commit: number; over: number; replicated: boolean };

export const GAP = 10;
const REJOIN = 30;
const CAUGHT_UP = 65;
/** Time between two samples of a copy. */
const SAMPLE = 10;
export const END = 300;

/** The copy that serves writes at a moment; null while there is none. */
export function primaryAt({ failover }: Course, moment: number): 'db1' | 'db2' | null {
  if (failover === null || moment < failover) return 'db1';
  return moment >= failover + GAP ? 'db2' : null;
}

/** The copy that serves reads of a replica at a moment; null while there is none. */
export function replicaAt({ failover }: Course, moment: number): 'db1' | 'db2' | null {
  if (failover === null || moment < failover) return 'db2';
  return moment >= failover + REJOIN ? 'db1' : null;
}

/** The moment up to which a copy shows commits. A copy that restarted shows less than before until it has caught up. */
export function replayedAt(course: Course, copy: string, moment: number): number {
  if (primaryAt(course, moment) === copy) return moment;
  if (course.failover !== null && copy === 'db1' && moment < course.failover + CAUGHT_UP) return course.failover - 20;
  return moment - course.lag;
}

/** Whether a copy shows a transaction at a moment. What was not replicated dies with db1. */
export function shows(course: Course, copy: string, moment: number, { commit, replicated }: Transaction): boolean {
  const { failover } = course;
  if (commit > replayedAt(course, copy, moment)) return false;
  // what was not promised follows all the same, in the order of commits, unless a failover comes first
  return replicated || failover === null || (copy === 'db1' && moment < failover);
}

/** Whether a transaction's work is in the truth at the end. */
export function survives({ failover }: Course, { commit, replicated }: Transaction): boolean {
  return commit < Infinity && (replicated || failover === null);
}

/** Where the answer of a primary stands in the log. */
export function standing(course: Course, moment: number): Record<string, unknown> {
  const term = course.failover !== null && moment >= course.failover ? 2 : 1;
  return { copy: primaryAt(course, moment), system: 's', timeline: term, epoch: term, lsn: position(moment) };
}

/** A position in the log at a moment. */
export function position(moment: number): string {
  return `0/${(4096 + Math.max(0, moment)).toString(16).toUpperCase()}`;
}

/** Samples of both copies, every 10 µs. */
export function samplesOf(course: Course): Record<string, unknown>[] {
  const { failover, degraded } = course;
  const samples: Record<string, unknown>[] = [];
  for (let at = -SAMPLE; at <= END + SAMPLE; at += SAMPLE) {
    for (const copy of ['db1', 'db2'] as const) {
      const writable = primaryAt(course, at) === copy;
      const started = failover !== null && copy === 'db1' && at >= failover + REJOIN ? 'B' : 'A';
      const up = !(failover !== null && copy === 'db1' && at >= failover && at < failover + REJOIN);
      const off = degraded !== null && at >= degraded && failover !== null && at < failover;
      samples.push(
        up ? { at, copy, up, writable, sync: !off, startedAt: started, lsn: position(replayedAt(course, copy, at)) } : { at, copy, up },
      );
    }
  }
  return samples;
}

/** Whether a call lies strictly between samples that all showed the primary degraded. */
export function isDegraded({ failover, degraded }: Course, start: number, end: number): boolean {
  if (failover === null || degraded === null) return false;
  const first = Math.ceil(degraded / SAMPLE) * SAMPLE;
  const last = Math.ceil(failover / SAMPLE) * SAMPLE - SAMPLE;
  return start > first && end < last;
}
