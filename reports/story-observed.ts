import type { ExitSample } from '../record/format.ts';
import type { Event } from './event.ts';
import type { BackendState, CopyState, Lane, Segment } from './lanes.ts';
import { seconds } from './numbers.ts';
import { counted, listed } from './text.ts';

/* `follows`: a copy that only went on with the new writer; several such are told in one sentence. */
type Change = Event & { follows?: { name: string; lineage: string } };
type Timed = Change & { at: number };

/** Changes told of one lane before the rest is summed up: a flapping backend must not drown the story. */
const MOST_CHANGES = 8;
const MOST_EXITS = 10;
const TOGETHER_US = 2_000_000;

/** Role changes, losses, returns and restarts of database copies, as the observer saw them. */
export function databaseEvents(lanes: readonly Lane<CopyState>[]): Timed[] {
  return together(lanes.flatMap((lane) => capped(lane.name, changes(lane, copyChange))));
}

/** State changes of the load balancer's backends. */
export function balancerEvents(lanes: readonly Lane<BackendState>[]): Timed[] {
  return lanes.flatMap((lane) =>
    capped(
      `load balancer: ${lane.name}`,
      changes(lane, (name, before, { state }) => {
        if (before.state.status === state.status) return undefined;
        return { text: `load balancer: ${name} ${state.status}.`, tone: state.status === 'UP' ? 'good' : 'bad' };
      }),
    ),
  );
}

/** Daemons that ended, and whether a fault explains it. */
export function exitEvents(exits: readonly ExitSample[]): Timed[] {
  const told = exits.slice(0, MOST_EXITS).map(({ at, exit, host, fault }): Timed => {
    const why = fault === null ? 'no fault explains it' : `explained by ${fault.replace(/^\d+-/, '')}`;
    return { at, text: `${exit} on ${host} ended (${why}).`, tone: fault === null ? 'bad' : 'fact' };
  });
  const left = exits.slice(MOST_EXITS);
  if (left.length === 0) return told;
  return [
    ...told,
    { at: left[0]!.at, tone: 'bad', text: `${counted(left.length, 'more daemon')} ended from here to ${seconds(left.at(-1)!.at)}.` },
  ];
}

type Teller<State> = (name: string, before: Segment<State>, now: Segment<State>, earlier: readonly Segment<State>[]) => Change | undefined;

function changes<State>({ name, segments }: Lane<State>, tell: Teller<State>): Timed[] {
  return segments.slice(1).flatMap((segment, index) => {
    const event = tell(name, segments[index]!, segment, segments.slice(0, index + 1));
    return event === undefined ? [] : [{ ...event, at: segment.start }];
  });
}

function copyChange(
  name: string,
  before: Segment<CopyState>,
  now: Segment<CopyState>,
  earlier: readonly Segment<CopyState>[],
): Change | undefined {
  const [was, is] = [before.state, now.state];
  if (is.role === 'down') return was.role === 'down' ? undefined : { text: `${name} no longer answers the observer.`, tone: 'bad' };
  if (is.role === 'not known') return isSeen(was) ? { text: `${name} does not answer the observer in time.`, tone: 'bad' } : undefined;
  const lineage = is.timeline === undefined ? (is.epoch === undefined ? '' : ` (epoch ${is.epoch})`) : ` (timeline ${is.timeline})`;
  const lastUp = earlier.findLast(({ state }) => isSeen(state))?.state;
  const restarted = lastUp?.startedAt !== undefined && is.startedAt !== undefined && lastUp.startedAt !== is.startedAt;
  if (is.role === 'primary' && lastUp?.role !== 'primary') return { text: `${name} promoted${lineage}.`, tone: 'good' };
  if (!isSeen(was)) return { text: `${name} is back${restarted ? ', restarted,' : ''} as ${a(is.role)}${lineage}.`, tone: 'good' };
  if (restarted) return { text: `${name} restarted as ${a(is.role)}${lineage}.`, tone: 'fact' };
  if (was.role === 'primary' && is.role !== 'primary')
    return { text: `${name} is no longer writable, now ${a(is.role)}${lineage}.`, tone: 'fact' };
  if (was.role !== is.role) return { text: `${name} is now ${a(is.role)}${lineage}.`, tone: is.role === 'standby' ? 'bad' : 'good' };
  if (was.timeline !== is.timeline || was.epoch !== is.epoch)
    return { text: `${name} follows${lineage.replace(/[()]/g, '')}.`, tone: 'fact', follows: { name, lineage } };
  return undefined;
}

function isSeen({ role }: CopyState): boolean {
  return role !== 'down' && role !== 'not known';
}

function a(role: CopyState['role']): string {
  return role === 'primary' ? 'primary' : `a ${role === 'sync standby' ? 'synchronous standby' : 'standby'}`;
}

function together(events: readonly Timed[]): Timed[] {
  const first = new Map<string, { event: Timed; names: string[] }>();
  return events.filter((event) => {
    if (event.follows === undefined) return true;
    const { name, lineage } = event.follows;
    const near = first.get(lineage);
    if (near === undefined || Math.abs(near.event.at - event.at) > TOGETHER_US) {
      first.set(lineage, { event, names: [name] });
      return true;
    }
    near.names.push(name);
    near.event.text = `${listed(near.names)} follow${lineage.replace(/[()]/g, '')}.`;
    return false;
  });
}

/* The first changes show how it began, the last how it ended. */
function capped(name: string, events: Timed[]): Timed[] {
  if (events.length <= MOST_CHANGES) return events;
  const left = events.slice(MOST_CHANGES - 3, -3);
  const sum: Timed = {
    at: left[0]!.at,
    tone: 'bad',
    text: `${name}: ${counted(left.length, 'more change')} from here to ${seconds(left.at(-1)!.at)}.`,
  };
  return [...events.slice(0, MOST_CHANGES - 3), sum, ...events.slice(-3)];
}
