/** The recorder extension in load/recorder, compiled into our k6. */
declare module 'k6/x/holdfast' {
  import type { Response } from 'k6/http';

  type Role = 'primary' | 'replica';

  /**
   * Begins an operation: stamps its start and says what to write or to ask for;
   * undefined when the load is being stopped.
   */
  export function begin(kind: 'add'): string | undefined;
  /** A share of the reads demands the position of what it reads: these have a token, the others an empty text. */
  export function begin(kind: 'read' | 'get', role: Role, tokenShare: number): { id: string; token: string } | undefined;
  export function begin(kind: 'put'): { id: string; version: number; value: string } | undefined;
  /** An empty `after` asks for the first page. */
  export function begin(kind: 'list', role: Role): { after: string; limit: number } | undefined;

  /** Ends the operation begun last: stamps its end and records what the response says. */
  export function end(response: Response): void;

  /**
   * Begins a further attempt of the add that ended last, after a pause, and gives its id once more;
   * undefined when its outcome is known, it was repeated `most` times, or the load is being stopped.
   */
  export function again(most: number, pauseMs: number): string | undefined;
}
