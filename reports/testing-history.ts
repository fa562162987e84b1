import type { HistoryLine, Operation } from '../record/format.ts';

/** Moments of the synthetic run; seconds since zero. */
export const STORY = {
  intent: 12.38,
  frozen: 12.4,
  proven: 12.7,
  aDown: 15.2,
  promoted: 33.2,
  aUp: 34.9,
  again: 35,
  thawed: 38,
  back: 40.6,
  gone: 41.4,
  end: 60,
};

/** 200 adds and 400 reads a second for 60 s; writes and reads of the primary fail while it is frozen, 37 get no answer. */
export function syntheticHistory(prefix: string): readonly HistoryLine[] {
  const known = made.get(prefix);
  if (known !== undefined) return known;
  const lines = makeHistory(prefix);
  made.set(prefix, lines);
  return lines;
}

/* Many tests want the same history. */
const made = new Map<string, HistoryLine[]>();

function makeHistory(prefix: string): HistoryLine[] {
  const random = generator(7);
  const lines: HistoryLine[] = [];
  const acked: string[] = [];
  let unanswered = 0;
  for (let tick = 0; tick < STORY.end * 600; tick += 1) {
    const due = Math.round((tick / 600) * 1e6);
    const seconds = due / 1e6;
    const write = tick % 3 === 0;
    const stuck = seconds >= STORY.frozen && seconds < STORY.again && (write || tick % 4 === 1);
    if (stuck && write && random() < 0.35 && unanswered >= 37) {
      lines.push({ op: 'dropped', kind: 'add', due });
      continue;
    }
    const line = operation({
      tick,
      due,
      write,
      random,
      prefix,
      id: write ? `${prefix}c${tick % 40}-${tick}` : (acked[Math.floor(random() * acked.length)] ?? `${prefix}none`),
    });
    if (stuck) {
      const silent = write && unanswered < 37;
      if (silent) unanswered += 1;
      Object.assign(
        line,
        silent
          ? { outcome: 'unknown', end: due + 2_000_000, error: 'timeout' }
          : { outcome: write || random() < 0.9 ? 'failed' : 'unknown', status: 503 },
      );
      delete line.copy;
      delete line.found;
    } else if (write) {
      acked.push(line.id);
      if (acked.length > 2000) acked.shift();
    }
    lines.push(line);
  }
  return lines;
}

type Draft = { tick: number; due: number; write: boolean; id: string; prefix: string; random: () => number };

function operation({ tick, due, write, id, prefix, random }: Draft): Operation {
  const seconds = due / 1e6;
  const start = due + Math.round(random() * 300);
  const slow = seconds > STORY.again && seconds < STORY.again + 3 ? 8 / (1 + seconds - STORY.again) : 1;
  const tail = random() < 0.02 ? 6 : 1;
  const tookMs = (write ? 3 : 1.2) * slow * tail * Math.exp((random() + random() - 1) * 0.8);
  const onlyB = seconds > STORY.aDown && seconds < STORY.aUp;
  const site = prefix + (onlyB || random() < 0.5 ? 'b' : 'a');
  const role: 'primary' | 'replica' = write || tick % 4 === 1 ? 'primary' : 'replica';
  const copy = role === 'replica' ? 'db3' : seconds < STORY.frozen ? 'db1' : 'db2';
  const common = {
    id,
    client: tick % 40,
    due,
    start,
    end: start + Math.round(tookMs * 1000),
    outcome: 'ok' as const,
    status: write ? 201 : 200,
  };
  const served = {
    site,
    pod: `${site}-api-${tick % 3}`,
    copy: prefix + copy,
    role,
    timeline: seconds < STORY.promoted ? 1 : 2,
  };
  return write ? { op: 'add', ...common, ...served } : { op: 'read', ...common, ...served, found: true };
}

/* Mulberry32: the same record at every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
