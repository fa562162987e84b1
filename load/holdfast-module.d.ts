/** The recorder extension in load/recorder, compiled into our k6. */
declare module 'k6/x/holdfast' {
  import type { Response } from 'k6/http';

  type Role = 'primary' | 'replica';

  /** What a client is to write or to ask for. */
  export type Call =
    | { kind: 'add'; id: string }
    | { kind: 'put'; id: string; version: number; value: string }
    /** `token`: the position that the read demands; empty for none */
    | { kind: 'read' | 'get'; role: Role; id: string; token: string }
    /** an empty `after` asks for the first page */
    | { kind: 'list'; role: Role; id: string; after: string; limit: number };

  /** Begins the call that is this client's turn, and stamps its start; undefined when the load is being stopped. */
  export function begin(): Call | undefined;

  /** Ends the operation begun last: stamps its end and records what the response says. */
  export function end(response: Response): void;

  /**
   * Begins a further attempt of the add that ended last, after a pause, and gives its id once more;
   * undefined when its outcome is known, it was repeated `most` times, or the load is being stopped.
   */
  export function again(most: number, pauseMs: number): string | undefined;
}
