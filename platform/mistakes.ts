import type { Settings } from './settings.ts';

/** Controls: how an API answers reads of changes wrongly on purpose. Without one it says what the database said. */
export interface Mistakes {
  /** a change is about to be committed */
  stored: (id: string) => void;
  /** whether the API says "found" */
  shows: (change: { id: string; found: boolean; timeline: number; ageMs: number | null }) => boolean;
  /** the age of a change is asked for */
  readonly needsAge: boolean;
}

/** As long as a cache of an application keeps things. */
const CACHED_MS = 60_000;

/** The mistakes that the settings ask for. */
export function mistakesOf({ foundWithoutAsking, cachesBeforeCommit, forgetsMs }: Settings): Mistakes {
  const cache = new Map<string, number>();
  let first: number | undefined;
  return {
    needsAge: forgetsMs > 0,
    stored(id) {
      if (!cachesBeforeCommit) return;
      const now = performance.now();
      for (const [known, since] of cache) {
        // the oldest come first
        if (now - since <= CACHED_MS) break;
        cache.delete(known);
      }
      cache.delete(id);
      cache.set(id, now);
    },
    shows({ id, found, timeline, ageMs }) {
      first ??= timeline;
      if (foundWithoutAsking || cache.has(id)) return true;
      return found && !(forgetsMs > 0 && timeline > first && (ageMs ?? 0) > forgetsMs);
    },
  };
}

/** The DSN as a mistake has it: with a wrong password, or with a port where nothing listens. */
export function spoiltDsn(dsn: string, { password = false, path = false }: { password?: boolean; path?: boolean }): string {
  if (!password && !path) return dsn;
  const wrong = new URL(dsn);
  if (password) wrong.password = 'a-wrong-password';
  if (path) wrong.port = '1';
  return wrong.href;
}
