import type { Budget } from './budget.ts';
import type { Database } from './database.ts';

/** Whether the site's own database follows the other site's, so that it takes no writes. */
export interface Following {
  /** to be called when a write was refused for that */
  noticed(): void;
  /** as far as is known, and not asked about more often than `LOOK_MS`; false as long as nothing was noticed */
  isKnown(budget: Budget): Promise<boolean>;
}

/** Where there is no other site. */
export const NEVER: Following = { noticed: () => undefined, isKnown: async () => false };

/** A promotion is noticed so much later. Trying each write instead would cost a connection each: one that failed is not used again. */
const LOOK_MS = 200;

/** Asks a database that was seen to follow whether it still does. */
export function watchFollowing(database: Database): Following {
  let follows = false;
  let lookedAt = 0;
  let looking: Promise<void> | undefined;
  const look = async (budget: Budget): Promise<void> => {
    try {
      const { rows } = await database.lend(budget, (session) => session.query<{ writable: boolean }>(WRITABLE));
      follows = rows[0]?.writable === false;
    } finally {
      lookedAt = performance.now();
      looking = undefined;
    }
  };
  return {
    noticed() {
      follows = true;
      lookedAt = performance.now();
    },
    async isKnown(budget) {
      if (follows && performance.now() - lookedAt >= LOOK_MS) {
        looking ??= look(budget);
        // a database that gives no answer refuses the write by itself
        await looking.catch(() => (follows = false));
      }
      return follows;
    },
  };
}

const WRITABLE = { name: 'writable', text: 'SELECT writable FROM writer' };
