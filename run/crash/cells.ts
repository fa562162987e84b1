import { MECHANISMS, type Mechanism } from './mechanisms.ts';

/** Where in the life of a fault the killing happens; healing begins with the end of the lease. */
export const STATES = ['intent', 'applied', 'verified', 'healing'] as const;
export type State = (typeof STATES)[number];

/** What is killed; "all" is everything of ours but the healer. */
export const KILLED = ['runner', 'load', 'worker', 'all'] as const;
/** The same with the healer. */
export const KILLED_WITH_HEALER = ['all and healer'] as const;
export type Killed = (typeof KILLED)[number] | (typeof KILLED_WITH_HEALER)[number];

/** One killing. */
export interface Cell {
  mechanism: Mechanism;
  state: State;
  killed: Killed;
}

/** Every cell of both tables, mechanism by mechanism. */
export function allCells(): Cell[] {
  return MECHANISMS.flatMap((mechanism) =>
    STATES.flatMap((state) => [...KILLED, ...KILLED_WITH_HEALER].map((killed) => ({ mechanism, state, killed }))),
  );
}

/** One cell for each mechanism, chosen such that every state and everything that can be killed is among them. */
export function oneEach(): Cell[] {
  const killed = [...KILLED, ...KILLED_WITH_HEALER];
  return MECHANISMS.map((mechanism, index) => ({
    mechanism,
    state: STATES[index % STATES.length] as State,
    killed: killed[index % killed.length] as Killed,
  }));
}

/** A tenth of some cells, chosen by chance. */
export function randomTenth(cells: readonly Cell[], random: () => number = Math.random): Cell[] {
  const left = [...cells];
  return Array.from({ length: Math.ceil(cells.length / 10) }, () => left.splice(Math.floor(random() * left.length), 1)[0] as Cell);
}
