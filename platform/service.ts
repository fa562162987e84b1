import { startBudget, type Budget } from './budget.ts';
import { openDatabase, type Database } from './database.ts';
import type { Ledger } from './ledger.ts';
import { createNotifier, type Notifier } from './notifier.ts';
import type { Role } from './read.ts';
import type { Identity, Settings } from './settings.ts';
import { troubleLog } from './trouble.ts';

/** What the endpoints share: the databases, and who they answer as. */
export interface Service {
  identity: Identity;
  notifier: Notifier;
  /** starts the time of one write */
  forWrite(): { database: Database; budget: Budget; ledger: Ledger };
  /** starts the time of one read */
  forRead(): { databases: Record<Role, Database>; budget: Budget };
  close(): Promise<void>;
}

/** Opens the pools of one API process; nothing connects before it is needed. */
export function openService(
  { identity, databaseRw, databaseRo, poolRw, poolRo, connectMs, requestMs }: Settings,
  ledger: Ledger,
): Service {
  const onTrouble = troubleLog('pool');
  const databases = {
    primary: openDatabase({ dsn: databaseRw, name: `api-rw ${identity.pod}`, max: poolRw, connectMs, onTrouble }),
    replica: openDatabase({ dsn: databaseRo, name: `api-ro ${identity.pod}`, max: poolRo, connectMs, onTrouble }),
  };
  const notifier = createNotifier({
    dsn: databaseRw,
    name: `api-notify ${identity.pod}`,
    connectMs,
    onTrouble: troubleLog('notifier'),
  });
  return {
    identity,
    notifier,
    forWrite: () => ({ database: databases.primary, budget: startBudget(requestMs), ledger }),
    forRead: () => ({ databases, budget: startBudget(requestMs) }),
    async close() {
      await Promise.all([databases.primary.close(), databases.replica.close(), notifier.close()]);
    },
  };
}
