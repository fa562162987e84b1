import type { Run } from '../record/format.ts';
import type { Event } from './event.ts';
import { seconds } from './numbers.ts';
import { actionEvents } from './story-actions.ts';
import { closingOf } from './story-end.ts';
import { databaseEvents, balancerEvents, exitEvents } from './story-observed.ts';
import { faultEvents, outageEvents } from './story-journal.ts';
import type { RunData } from './run-data.ts';
import { counted, listed, plain, whole } from './text.ts';

/** A story longer than this is cut in the middle; nobody reads on. */
const MOST_EVENTS = 60;

/** The story of a run in plain sentences, times in seconds since the run's zero: for the terminal. */
export function storyOf(data: RunData): string[] {
  return storyEvents(data).map(({ at, text }) => (at === undefined ? text : `${seconds(at)}: ${text}`));
}

/** The same with times and tones apart: the opening, what happened in order, and how it ended. */
export function storyEvents(data: RunData): Event[] {
  const happened = [
    ...faultEvents(data.faults),
    ...actionEvents(data.actions),
    ...leftOutEvents(data.run.leftOut),
    ...databaseEvents(data.copies),
    ...balancerEvents(data.backends),
    ...exitEvents(data.exits),
    ...outageEvents(data.verdict?.availability.outages ?? [], { endOfLoad: data.slices.extent()?.[1], faults: data.faults }),
  ].sort((a, b) => a.at - b.at);
  return [...opening(data), ...shortened(happened), ...closingOf(data)].map((event) => ({ ...event, text: plain(event.text, 2000) }));
}

function opening({ run }: RunData): Event[] {
  const { pattern, replication, routing } = run.topology;
  const shape = [pattern && `the ${pattern} pattern`, routing, replication && `${replication} replication`].filter(Boolean);
  const load = Object.entries(run.load ?? {}).map(([kind, rate]) => counted(rate, kind));
  const words = [shape.length > 0 ? `Topology: ${shape.join(', ')}.` : '', load.length > 0 ? `Offered: ${listed(load)} a second.` : ''];
  const text = words.filter((word) => word !== '').join(' ');
  return text === '' ? [] : [{ text, tone: 'fact' }];
}

/* What was planned and refused: a reader who knows the schedule looks for it. */
function leftOutEvents(leftOut: Run['leftOut'] = []): (Event & { at: number })[] {
  return leftOut.map(({ at, fault, target, reason }) => ({
    at,
    tone: 'fact',
    text: `left out: ${fault} on ${target} was refused.`,
    aside: reason,
  }));
}

function shortened(events: readonly (Event & { at: number })[]): Event[] {
  if (events.length <= MOST_EVENTS) return [...events];
  const half = MOST_EVENTS / 2;
  const left = events.length - MOST_EVENTS;
  return [...events.slice(0, half), { text: `… ${whole(left)} more events …`, tone: 'fact' }, ...events.slice(-half)];
}
