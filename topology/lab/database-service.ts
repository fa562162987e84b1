import { HoldfastError, UsageError } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import type { CopyState, DatabaseService, Host, ReferenceState, Replication } from '../model.ts';
import { directTo } from './balancer.ts';
import {
  checkpointAll,
  isReplayPaused,
  killServer,
  serverStarted,
  sessionsAt,
  setReplayPaused,
  switchOver,
  terminateSessionsAt,
} from './copies.ts';
import { archiveAll, setArchiving, takeBackup } from './backups.ts';
import { clusterState, copiesOf, defaultReplication, storedSettings, superuserDsn } from './database.ts';
import { deposedRows } from './deposed.ts';
import { destroyDatabase, remains, restoreService, restoreIfDestroyed, restoreLack } from './restore.ts';
import { applySettings, applySchema, commitLevelApplied, databaseInSync, leaveWrong, nodesReady } from './platform.ts';
import { occupySessions, releaseSessions, sessionsOccupied, trySession } from './sessions.ts';
import { apiReady } from './site-client.ts';
import {
  applyPairReplication,
  deployDatabase,
  isPairWhole,
  pairFollows,
  pairReplication,
  pairState,
  restorePair,
  subscribed,
} from './site-databases.ts';
import { plannedHost, sitesOf, type Lab } from './store.ts';
import { cancelWaitsAt, committedAt, waitingAt } from './waits.ts';

/** The database of a lab, as its pattern has it. */
export function databaseService(lab: Lab, host: (name: string) => Host): DatabaseService {
  const isPair = lab.record.shape.pattern === 'supported';
  const states = (): Promise<CopyState[]> => (isPair ? pairState(lab) : clusterState(lab));
  return {
    hosts: copiesOf(lab).map(({ name }) => host(name)),
    copies: states,
    primary: async () => {
      const leader = (await states()).find(({ role }) => role === 'primary');
      if (leader === undefined) throw new HoldfastError('the database has no primary now: expected one');
      return host(leader.name);
    },
    standbys: async () => (await states()).filter(({ role }) => role === 'replica').map(({ name }) => host(name)),
    dsn: (copy) => superuserDsn(lab, copy),
    replication: () => (isPair ? pairReplication(lab) : storedReplication(lab)),
    waiting: (copy) => waitingAt(lab, copy),
    cancelWaits: (copy) => cancelWaitsAt(lab, copy),
    committed: (copy, transactions) => committedAt(lab, copy, transactions),
    killServer: (copy) => killServer(lab, copy),
    serverStarted: (copy) => serverStarted(lab, copy),
    sessions: (copy) => sessionsAt(lab, copy),
    terminateSessions: (copy) => terminateSessionsAt(lab, copy),
    trySession: (copy) => trySession(lab, copy),
    ...(isPair ? withoutManager : withManager(lab)),
  };
}

type Managed = Pick<
  DatabaseService,
  | 'switchOver'
  | 'occupySessions'
  | 'sessionsOccupied'
  | 'releaseSessions'
  | 'setReplayPaused'
  | 'replayPaused'
  | 'deposedRows'
  | 'backups'
  | 'destroy'
  | 'remains'
>;

async function storedReplication(lab: Lab): Promise<Replication> {
  const { mode, commit } = await storedSettings(lab);
  return { mode, commit };
}

/** What an external service does, or can have done to it. */
function withManager(lab: Lab): Managed {
  return {
    switchOver: (from) => switchOver(lab, from),
    occupySessions: async (copy, ttlMs) => occupySessions(lab, plannedHost(lab, copy), ttlMs),
    sessionsOccupied: (copy) => sessionsOccupied(lab, plannedHost(lab, copy)),
    releaseSessions: (copy) => releaseSessions(lab, plannedHost(lab, copy)),
    setReplayPaused: async (copy, paused) => setReplayPaused(lab, copy, paused),
    replayPaused: (copy) => isReplayPaused(lab, copy),
    deposedRows: (asked) => deposedRows(lab, asked),
    backups: {
      take: () => takeBackup(lab),
      lack: (to) => restoreLack(lab, to),
      archiveAll: async () => void (await archiveAll(lab)),
      restore: (asked) => restoreService(lab, asked),
    },
    destroy: () => destroyDatabase(lab),
    remains: () => remains(lab),
  };
}

const refused = (what: string): (() => Promise<never>) => {
  return () => Promise.reject(new UsageError(`${what}: expected the recommended pattern, here each site has a database of its own`));
};

const withoutManager: Managed = {
  switchOver: () => Promise.reject(new UsageError('switchover: here no service changes the writing site: "holdfast promote" does')),
  occupySessions: refused('sessions are not taken'),
  sessionsOccupied: () => false,
  releaseSessions: async () => undefined,
  setReplayPaused: refused('replay is not paused'),
  replayPaused: async () => false,
  deposedRows: () => new Map(),
  backups: {
    take: refused('no backup is taken'),
    lack: async () => 'each site has a database of its own',
    archiveAll: refused('no log is archived'),
    restore: refused('nothing is restored'),
  },
  destroy: refused('the service is not destroyed'),
  remains: () => [],
};

/** Brings the database of a lab that is up to serve, with the platform's schema; `isNew`: it was never there before. */
export async function serveDatabase(lab: Lab, isNew: boolean): Promise<void> {
  if (lab.record.shape.pattern === 'recommended') {
    await restoreIfDestroyed(lab);
    await applySettings(lab, defaultReplication);
    await applySchema(lab, await databaseInSync(lab));
    await leaveWrong(lab);
    return;
  }
  await Promise.all(
    sitesOf(lab).map(async (site) => {
      await apiReady(lab, site);
      await nodesReady(lab, site);
      await deployDatabase(lab, site);
    }),
  );
  if (isNew) {
    await subscribed(lab);
    await applyPairReplication(lab, defaultReplication);
    await pairFollows(lab, defaultReplication);
    return;
  }
  // one that a runbook has turned round is whole too
  if (await isPairWhole(lab)) return;
  await restorePair(lab, defaultReplication);
  await directTo(lab, undefined);
}

/** Brings the database of a lab to the reference state. */
export async function restoreDatabase(lab: Lab, reference: ReferenceState): Promise<void> {
  await (lab.record.shape.pattern === 'supported' ? restorePairTo(lab, reference) : restoreShared(lab, reference));
  await checkpointAll(lab);
}

async function restorePairTo(lab: Lab, { replication: mode, commit = 'on', follower }: ReferenceState): Promise<void> {
  await restorePair(lab, { mode, commit, ...(follower === undefined ? {} : { follower }) });
}

async function restoreShared(lab: Lab, reference: ReferenceState): Promise<void> {
  const { replication: mode, commit = 'on', failsafe = false, archive = 'off' } = reference;
  await restoreIfDestroyed(lab);
  await applySettings(lab, { mode, commit, failsafe });
  await databaseInSync(lab, mode, limits.reset);
  await commitLevelApplied(lab, commit);
  await setArchiving(lab, archive === 'on');
}
