import type { FaultState } from '../record/format.ts';
import type { Verdict } from '../record/verdict-format.ts';
import type { Event } from './event.ts';
import { ending, type FaultSpan } from './journal.ts';
import { duration } from './numbers.ts';
import { endsOf, phraseOf } from './phrases.ts';
import { counted } from './text.ts';

type Timed = Event & { at: number };
type Outage = Verdict['availability']['outages'][number];

const MOST_OUTAGES = 6;
const SLICE_US = 200_000;
const GROUPS: Record<string, string> = { add: 'writes', put: 'updates', read: 'reads', get: 'lookups', list: 'lists', all: 'operations' };

/** What the fault journal tells, fault by fault. */
export function faultEvents(faults: readonly FaultSpan[]): Timed[] {
  return faults.flatMap((span) => {
    const { at, target, fault } = span;
    const { near, far } = endsOf(target);
    const words = phraseOf(fault);
    const events: Timed[] = [];
    const tell = (state: FaultState, text: string, tone: Event['tone']) => {
      const time = at[state];
      if (time !== undefined)
        events.push({ at: time, text, tone, aside: state === 'verified' || state === 'gone' ? span.evidence[state] : undefined });
    };
    if (at.applied === undefined) tell('intent', `${fault} on ${target} was about to begin; it was never applied.`, 'fault');
    tell('applied', words ? `${near} ${words.applied}${far}.` : `${fault} applied to ${target}.`, 'fault');
    tell('verified', words ? `proven: ${near} ${words.verified}.` : `proven: ${fault} shows its effect on ${target}.`, 'fault');
    tell('healed', words ? `${near} ${words.healed}.` : `${fault} on ${target} ended.`, 'fault');
    tell('gone', words ? `proven: ${near} ${words.gone}.` : `proven: nothing is left of ${fault} on ${target}.`, 'good');
    if (at.applied !== undefined && ending(span) === undefined) {
      events.push({
        at: Math.max(...Object.values(at)),
        text: `the journal ends here: ${fault} on ${target} was not healed within the run.`,
        tone: 'bad',
      });
    }
    return events;
  });
}

/** When operations of each kind began to fail and when they succeeded again. `endOfLoad` is µs since zero. */
export function outageEvents(
  outages: readonly Outage[],
  { endOfLoad, faults = [] }: { endOfLoad: number | undefined; faults?: readonly FaultSpan[] },
): Timed[] {
  const named = outages.some((outage) => outage.kind !== 'all') ? outages.filter((outage) => outage.kind !== 'all') : outages;
  const kinds = [...new Set(named.map((outage) => outage.kind))];
  return kinds.flatMap((kind) => {
    const windows = named.filter((outage) => outage.kind === kind).sort((a, b) => a.start - b.start);
    const longest = [...windows].sort((a, b) => b.end - b.start - (a.end - a.start)).slice(0, MOST_OUTAGES);
    const events = windows
      .filter((window) => longest.includes(window))
      .flatMap((window) => outage(window, beginning(window, faults), endOfLoad));
    const left = windows.length - longest.length;
    const rest: Timed = {
      at: windows.at(-1)?.end ?? 0,
      tone: 'bad',
      text: `${counted(left, 'shorter outage')} of ${group(kind)} until here.`,
    };
    return left === 0 ? events : [...events, rest];
  });
}

function outage({ kind, start, end, censored }: Outage, began: number, endOfLoad: number | undefined): Timed[] {
  const what = group(kind);
  const begins: Timed = { at: began, tone: 'bad', text: `${what} begin to fail.` };
  const open = censored && endOfLoad !== undefined && end >= endOfLoad - 1e6;
  if (open)
    return [begins, { at: end, tone: 'bad', text: `the load ends; ${what} still fail (for ${duration((end - start) / 1000)} so far).` }];
  return [begins, { at: end, tone: 'good', text: `${what} succeed again, after ${duration((end - start) / 1000)}.` }];
}

/* An outage is known to the slice only: what began in the slice in which a fault was applied is told after that fault. */
function beginning({ start }: Outage, faults: readonly FaultSpan[]): number {
  const applied = faults.map(({ at }) => at.applied ?? -Infinity).filter((at) => at >= start && at - start <= SLICE_US);
  return applied.length === 0 ? start : Math.min(...applied);
}

function group(kind: string): string {
  return GROUPS[kind] ?? kind;
}
