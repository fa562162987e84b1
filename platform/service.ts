import { startBudget, type Budget } from './budget.ts';
import { openDatabase, type Database } from './database.ts';
import { NEVER, watchFollowing, type Following } from './following.ts';
import type { Ledger } from './ledger.ts';
import { mistakesOf, spoiltDsn, type Mistakes } from './mistakes.ts';
import { createNotifier, type Notifier } from './notifier.ts';
import { watchPeers } from './peers.ts';
import type { Role } from './read.ts';
import type { Identity, Settings } from './settings.ts';
import { troubleLog } from './trouble.ts';

/** What the endpoints share: the databases, and who they answer as. */
export interface Service {
  identity: Identity;
  notifier: Notifier;
  mistakes: Mistakes;
  /** starts the time of one write */
  forWrite(): { database: Database; budget: Budget; ledger: Ledger; leastEpoch: number; following: Following };
  /** starts the time of one read */
  forRead(): { databases: Record<Role, Database>; budget: Budget; anyCopy: boolean };
  close(): Promise<void>;
}

/** Opens the pools of one API process; nothing connects before it is needed. */
export function openService(settings: Settings, ledger: Ledger): Service {
  const { identity, databaseRw, databaseRo, poolRw, poolPrimary, poolRo, connectMs, requestMs, primaryReadsAtReplica } = settings;
  const told = troubleLog('pool');
  const onTrouble = (error: Error): void => {
    told(error);
    if (settings.exitOnLostConnection) process.exit(1);
  };
  const maxUses = settings.connectionPerRequest ? 1 : Infinity;
  const open = (kind: string, dsn: string, max: number, lifeSeconds?: number): Database =>
    openDatabase({ dsn, name: `${kind} ${identity.pod}`, max, connectMs, maxUses, onTrouble, ...(lifeSeconds && { lifeSeconds }) });
  // Writes that wait for a standby must not keep reads from a primary that could well answer them.
  const writer = open('api-rw', spoiltDsn(databaseRw, { password: settings.wrongWritePassword, path: settings.noWritePath }), poolRw);
  const readers = {
    primary: open('api-primary', primaryReadsAtReplica ? databaseRo : databaseRw, poolPrimary),
    // a replica that came back is asked again after this time
    replica: open('api-ro', spoiltDsn(databaseRo, { path: settings.noReplicaPath }), poolRo, 5),
  };
  const peers = watchPeers(settings);
  // without another site a refusal says that the endpoint leads to a demoted server, and the next connection may lead elsewhere
  const following = settings.peers.length > 0 ? watchFollowing(readers.replica) : NEVER;
  const notifierName = `api-notify ${identity.pod}`;
  const notifier = createNotifier({
    dsn: databaseRw,
    name: notifierName,
    connectMs,
    onTrouble: troubleLog('notifier'),
  });
  return {
    identity,
    notifier,
    mistakes: mistakesOf(settings),
    forWrite: () => ({ database: writer, budget: startBudget(requestMs), ledger, leastEpoch: peers.highestEpoch(), following }),
    forRead: () => ({ databases: readers, budget: startBudget(requestMs), anyCopy: primaryReadsAtReplica }),
    async close() {
      peers.close();
      await Promise.all([writer.close(), readers.primary.close(), readers.replica.close(), notifier.close()]);
    },
  };
}
