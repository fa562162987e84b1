import { UsageError } from '../support/errors.ts';
import { cancelWaitsFault } from './cancel-waits.ts';
import { deletePodsFault } from './delete-pods.ts';
import { drainNodeFault } from './drain-node.ts';
import { drainSiteFault } from './drain-site.ts';
import { killContainersFault } from './kill-containers.ts';
import { restartPodsFault } from './restart-pods.ts';
import { scaleToZeroFault } from './scale-to-zero.ts';
import { killDaemonFault, stopDaemonFault } from './daemons.ts';
import { delayFault } from './delay.ts';
import type { Fault } from './fault.ts';
import { freezeFault } from './freeze.ts';
import { isolateFault } from './isolate.ts';
import { killPostmasterFault } from './kill-postmaster.ts';
import { limitBandwidthFault } from './limit-bandwidth.ts';
import { losePacketsFault } from './lose-packets.ts';
import { nothingFault } from './nothing.ts';
import { pauseReplayFault } from './pause-replay.ts';
import { powerOffFault } from './power-off.ts';
import { refuseFault } from './refuse.ts';
import { switchoverFault } from './switchover.ts';
import { terminateSessionsFault } from './terminate-sessions.ts';

/** Every fault there is, by the name that journals carry. */
export const catalogue: Readonly<Record<string, Fault>> = Object.fromEntries(
  [
    powerOffFault,
    freezeFault,
    isolateFault,
    refuseFault,
    delayFault,
    losePacketsFault,
    limitBandwidthFault,
    stopDaemonFault,
    killDaemonFault,
    deletePodsFault,
    killContainersFault,
    scaleToZeroFault,
    restartPodsFault,
    drainNodeFault,
    drainSiteFault,
    switchoverFault,
    killPostmasterFault,
    terminateSessionsFault,
    pauseReplayFault,
    cancelWaitsFault,
    nothingFault,
  ].map((fault) => [fault.name, fault]),
);

/** The fault of that name; a UsageError lists the known ones. */
export function faultNamed(name: string): Fault {
  const fault = catalogue[name];
  if (fault === undefined) throw new UsageError(`unknown fault "${name}": expected one of ${Object.keys(catalogue).join(', ')}`);
  return fault;
}
