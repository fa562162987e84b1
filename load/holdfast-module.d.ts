/** The recorder extension in load/recorder, compiled into our k6. */
declare module 'k6/x/holdfast' {
  import type { Response } from 'k6/http';

  /**
   * Begins an operation: stamps its start and returns the id to add or to read;
   * undefined when the load is being stopped.
   */
  export function begin(kind: 'add'): string | undefined;
  export function begin(kind: 'read', role: 'primary' | 'replica'): string | undefined;

  /** Ends the operation begun last: stamps its end and records what the response says. */
  export function end(response: Response): void;
}
