import type { Settings } from './settings.ts';

/** What the pods of the other site say of the epoch under which writes are taken. */
export interface Peers {
  /** the highest that any of them has named */
  highestEpoch(): number;
  close(): void;
}

const POLL_MS = 1000;
const ANSWER_MS = 500;

/**
 * Asks the pods of the other site once a second, one of its nodes after the other. A database that was promoted past has no way to tell its
 * own pods; these hear of it as soon as there is a way between the sites.
 */
export function watchPeers({ peers }: Pick<Settings, 'peers'>): Peers {
  let highest = 0;
  let turn = 0;
  const ask = async (): Promise<void> => {
    const peer = peers[turn++ % peers.length];
    try {
      const response = await fetch(new URL('/api/writer', peer), { signal: AbortSignal.timeout(ANSWER_MS) });
      const { epoch } = (await response.json()) as { epoch?: unknown };
      if (typeof epoch === 'number' && Number.isInteger(epoch)) highest = Math.max(highest, epoch);
    } catch {
      // cut off, or down: it will be asked again
    }
  };
  const timer = peers.length === 0 ? undefined : setInterval(() => void ask(), POLL_MS);
  return { highestEpoch: () => highest, close: () => clearInterval(timer) };
}
