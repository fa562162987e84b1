import type { Settings } from './settings.ts';
import { troubleLog } from './trouble.ts';
import { BATCH, openWorkerSession, type WorkerSession } from './worker-session.ts';

/** A running worker. */
export interface StartedWorker {
  /** whether it has a session with the database */
  isReady(): boolean;
  /** whether its loop still turns, database or not */
  isAlive(): boolean;
  /** ends after the batch in hand */
  stop(): Promise<void>;
}

const POLL_MS = 1000;
const LEAST_BETWEEN_BATCHES_MS = 200;
const BACKOFF_MS = { first: 100, most: 2000 };
const DEAD_AFTER_MS = 15_000;

/** Starts the worker: wakes by notification and once a second, and reconnects for as long as it takes. */
export function startWorker(settings: Settings): StartedWorker {
  const onTrouble = troubleLog('worker');
  const alarm = createAlarm();
  let session: WorkerSession | undefined;
  let hadSession = false;
  let turnedAt = performance.now();
  let isStopping = false;

  async function live(): Promise<void> {
    let backoffMs = BACKOFF_MS.first;
    while (!isStopping) {
      turnedAt = performance.now();
      try {
        await serve(() => (backoffMs = BACKOFF_MS.first));
      } catch (error) {
        onTrouble(error as Error);
      }
      session?.close();
      session = undefined;
      if (!isStopping) await alarm.sleep(backoffMs, { ignoreRing: true });
      backoffMs = Math.min(backoffMs * 2, BACKOFF_MS.most);
    }
  }

  async function serve(onSuccess: () => void): Promise<void> {
    let lost: Error | undefined;
    const opened = await openWorkerSession(settings, {
      listens: !(settings.listensOnce && hadSession),
      onWork: () => alarm.ring(),
      onLost: (error) => {
        lost = error;
        alarm.ring();
      },
    });
    session = opened;
    hadSession = true;
    let rebalanceAt = 0;
    while (!isStopping && !lost) {
      turnedAt = performance.now();
      if (turnedAt >= rebalanceAt) {
        await opened.rebalance();
        rebalanceAt = performance.now() + POLL_MS;
      }
      const done = await opened.work();
      onSuccess();
      if (done === BATCH) continue;
      await alarm.sleep(LEAST_BETWEEN_BATCHES_MS, { ignoreRing: true });
      await alarm.sleep(POLL_MS - LEAST_BETWEEN_BATCHES_MS);
    }
    if (lost) throw lost;
  }

  const ended = live();
  return {
    isReady: () => session !== undefined,
    isAlive: () => performance.now() - turnedAt < DEAD_AFTER_MS,
    async stop() {
      isStopping = true;
      alarm.stop();
      await ended;
    },
  };
}

/** A sleep that can be cut short, also by a ring that came just before it. */
function createAlarm(): {
  ring(): void;
  stop(): void;
  sleep(ms: number, options?: { ignoreRing: boolean }): Promise<void>;
} {
  let rung = false;
  let stopped = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    stop() {
      stopped = true;
      wake?.();
    },
    async sleep(ms, { ignoreRing } = { ignoreRing: false }) {
      const until = performance.now() + ms;
      while (!stopped && (ignoreRing || !rung)) {
        const left = until - performance.now();
        if (left <= 0) break;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      if (!ignoreRing) rung = false;
    },
  };
}
