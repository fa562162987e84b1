import { UsageError } from '../support/errors.ts';
import { blindHealthCheckFault } from './blind-healthcheck.ts';
import { cancelWaitsFault } from './cancel-waits.ts';
import { deletePodsFault } from './delete-pods.ts';
import { drainNodeFault } from './drain-node.ts';
import { drainSiteFault } from './drain-site.ts';
import { killContainersFault } from './kill-containers.ts';
import { restartPodsFault } from './restart-pods.ts';
import { scaleToZeroFault } from './scale-to-zero.ts';
import { killDaemonFault, stopDaemonFault } from './daemons.ts';
import { delayFault } from './delay.ts';
import { destroyDatabaseFault } from './destroy-database.ts';
import { exhaustConnectionsFault } from './exhaust-connections.ts';
import type { Fault } from './fault.ts';
import { fillDiskFault } from './fill-disk.ts';
import { flapHealthCheckFault } from './flap-healthcheck.ts';
import { forgetConnectionsFault } from './forget-connections.ts';
import { freezeFault } from './freeze.ts';
import { isolateFault } from './isolate.ts';
import { killPostmasterFault } from './kill-postmaster.ts';
import { limitBandwidthFault } from './limit-bandwidth.ts';
import { losePacketsFault } from './lose-packets.ts';
import { nothingFault } from './nothing.ts';
import { pauseReplayFault } from './pause-replay.ts';
import { powerOffFault } from './power-off.ts';
import { rebootFault } from './reboot.ts';
import { surgeFault } from './surge.ts';
import { refuseFault } from './refuse.ts';
import { switchoverFault } from './switchover.ts';
import { terminateSessionsFault } from './terminate-sessions.ts';
import { weighSiteFault } from './weigh-site.ts';

/** Every fault there is, by the name that journals carry. */
export const catalogue: Readonly<Record<string, Fault>> = Object.fromEntries(
  [
    powerOffFault,
    rebootFault,
    freezeFault,
    fillDiskFault,
    isolateFault,
    refuseFault,
    forgetConnectionsFault,
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
    weighSiteFault,
    blindHealthCheckFault,
    flapHealthCheckFault,
    surgeFault,
    switchoverFault,
    killPostmasterFault,
    terminateSessionsFault,
    exhaustConnectionsFault,
    pauseReplayFault,
    cancelWaitsFault,
    destroyDatabaseFault,
    nothingFault,
  ].map((fault) => [fault.name, fault]),
);

/** The fault of that name; a UsageError lists the known ones. */
export function faultNamed(name: string): Fault {
  const fault = catalogue[name];
  if (fault === undefined) throw new UsageError(`unknown fault "${name}": expected one of ${Object.keys(catalogue).join(', ')}`);
  return fault;
}
