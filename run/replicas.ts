import type { LoadProfile } from '../load/profiles.ts';
import { limits } from '../support/limits.ts';
import { untilOrLate } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';
import type { Generator } from './generator.ts';
import type { HistoryMonitor } from './monitor.ts';

/**
 * Waits until each replica is back and has answered after `fromUs`: one that nobody asks could show anything. Where one does not come in time, the
 * record says so by what it lacks.
 */
export async function replicasAnswer(
  topology: Topology,
  { perSecond }: LoadProfile,
  { generator, monitor, fromUs }: { generator: Generator; monitor: HistoryMonitor; fromUs: number },
): Promise<void> {
  const areAsked = perSecond.readReplica + perSecond.getReplica + perSecond.listReplica > 0;
  // where each site has a database of its own only the traffic decides which one is asked
  if (!areAsked || topology.pattern !== 'recommended') return;
  await untilOrLate({
    subject: 'replicas',
    condition: 'each one back, and asked',
    timeoutMs: limits.replicasAsked,
    intervalMs: 250,
    probe: async () => {
      if (generator.ended() !== undefined) return true;
      const copies = await topology.database.copies();
      return copies.every(({ name, role, running }) => running && (role === 'primary' || (monitor.lastAnswerOf(name) ?? 0) > fromUs));
    },
  });
}
