import { catalogue } from '../faults/catalogue.ts';
import type { JournalLine } from '../faults/journal.ts';
import type { ExitSample } from '../record/format.ts';
import { microsSince } from '../support/clock.ts';
import type { Topology } from '../topology/model.ts';

/** Faults after which a host runs another boot. */
const ENDS_HOSTS: ReadonlySet<string> = new Set(['power-off', 'reboot', 'destroy-database']);

/** Daemons and hosts that ended during a run, each with the journalled fault that explains it, or null. */
export function exitsOf(
  topology: Topology,
  run: { zeroNs: bigint; bootsBefore: Record<string, string>; faults: readonly JournalLine[][] },
): ExitSample[] {
  const daemons = topology.daemonEnds(run.zeroNs).map(({ host, daemon, atNs }): ExitSample => ({
    at: microsSince(run.zeroNs, atNs),
    exit: daemon,
    host,
    fault: explanation(run.faults, host, atNs),
  }));
  const now = topology.boots();
  const changed = Object.keys(run.bootsBefore).filter((host) => now[host] !== run.bootsBefore[host]);
  const hosts = changed
    .filter(
      (host) => !run.faults.some(([first]) => first !== undefined && ENDS_HOSTS.has(first.fault) && first.pinned.hosts.includes(host)),
    )
    .map((host): ExitSample => ({ at: microsSince(run.zeroNs), exit: 'host', host, fault: null }));
  return [...daemons, ...hosts];
}

/** A fault explains what ends on its own hosts between its intent and the proof that it is gone, unless it spares the programs there. */
function explanation(faults: readonly JournalLine[][], host: string, atNs: bigint): string | null {
  for (const lines of faults) {
    const first = lines[0];
    const last = lines.find(({ state }) => state === 'gone');
    if (first === undefined || !first.pinned.hosts.includes(host) || catalogue[first.fault]?.sparesDaemons === true) continue;
    if (BigInt(first.atNs) <= atNs && (last === undefined || atNs <= BigInt(last.atNs))) return first.fault;
  }
  return null;
}
