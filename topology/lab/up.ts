import { join } from 'node:path';
import { UsageError } from '../../support/errors.ts';
import { writeAtomic } from '../../support/files.ts';
import { limits } from '../../support/limits.ts';
import { takeLock } from '../../support/lock.ts';
import { until } from '../../support/poll.ts';
import type { Progress } from '../../toolchain/artefact.ts';
import { backendStates } from './balancer.ts';
import { setFrozen } from './cgroups.ts';
import { setReplayPaused } from './copies.ts';
import { tearDown } from './down.ts';
import { diskOf, freeDisk } from './disks.ts';
import { requireRoom } from './doctor.ts';
import { ensureCertificate } from './certificate.ts';
import { setGuard } from './guard.ts';
import { bootHost, hostState, machineOf, shareAsServing } from './hosts.ts';
import { givenUp } from './lineage.ts';
import { ensureRules } from './impairments.ts';
import { runIn } from './machine.ts';
import { keepTried, tryMechanisms } from './mechanisms.ts';
import { ensureRouter, pluggedHosts } from './network.ts';
import { serveDatabase } from './database-service.ts';
import { deployPlatform, nodesAnswering, nodesReady, siteReady } from './platform.ts';
import { prepare, type Prepared } from './prepare.ts';
import { apiReady, endingPods } from './site-client.ts';
import { releaseSessions } from './sessions.ts';
import type { LabShape, PlannedHost } from './shape.ts';
import { takeName } from './registry.ts';
import { createLab, findLab, sitesOf, writeLab, type Lab } from './store.ts';

export const defaultShape: LabShape = { pattern: 'recommended', sites: 2, nodes: 2, routing: 'active-active' };

export interface UpOptions {
  name: string;
  shape?: Partial<LabShape>;
}

/** Brings a lab up, or repairs what is missing of one that is; says whether this call created it. */
export async function bringUp(options: UpOptions, progress: Progress): Promise<{ lab: Lab; created: boolean; prepared: Prepared }> {
  const existing = await sameOrNone(options, progress);
  if (existing !== undefined) takeName(existing.record);
  const prepared = await prepare(progress);
  if (existing === undefined) await requireRoom();
  const lab = existing ?? createLab(options.name, { ...defaultShape, ...options.shape });
  using _lock = takeLock(join(lab.dir, 'up.lock'), `bringing up lab ${lab.record.name}`);
  if (options.shape?.routing !== undefined && options.shape.routing !== lab.record.shape.routing) {
    lab.record.shape.routing = options.shape.routing;
    writeLab(lab.record);
  }
  writeAtomic(join(lab.dir, 'prepared.json'), JSON.stringify(prepared));
  const tried = tryMechanisms();
  await setGuard(lab);
  await ensureRouter(lab);
  await Promise.all([ensureRules(lab), ensureCertificate(lab, prepared)]);
  await bootMissing(lab, prepared);
  await Promise.all([serveDatabase(lab, existing === undefined), ...sitesOf(lab).map((site) => deployPlatform(lab, site))]);
  keepTried(lab.dir, await tried);
  await allReady(lab);
  return { lab, created: existing === undefined, prepared };
}

/** Brings up the Kubernetes nodes of a new lab alone, to nodes Ready: what the sites' own share of a bring-up is. */
export async function bringUpSites(options: UpOptions, progress: Progress): Promise<Lab> {
  const prepared = await prepare(progress);
  const lab = createLab(options.name, { ...defaultShape, ...options.shape });
  await setGuard(lab);
  await ensureRouter(lab);
  await Promise.all([ensureRules(lab), ensureCertificate(lab, prepared)]);
  await Promise.all(lab.plan.hosts.filter(({ role }) => role === 'node').map((host) => bootHost(lab, host, prepared)));
  await Promise.all(
    sitesOf(lab).map(async (site) => {
      await apiReady(lab, site);
      await nodesReady(lab, site);
    }),
  );
  return lab;
}

/** Boots hosts that are off or unplugged, thaws frozen ones, starts daemons that were held off, and frees disks and sessions that were taken. */
export async function bootMissing(lab: Lab, prepared: Prepared): Promise<void> {
  const plugged = await pluggedHosts(lab.record.name);
  await Promise.all(
    lab.plan.hosts.map(async (host) => {
      const state = hostState(lab, host);
      if (state === 'frozen') await setFrozen(lab.record.name, host.name, false);
      if (state === 'off' || !plugged.has(host.name)) await bootHost(lab, host, prepared);
      // who restores the database starts its copies
      else if (host.role !== 'database' || givenUp(lab) === undefined)
        await runIn(machineOf(lab, host), ['sh', '-c', 'for d in /data/sv/*; do [ -d "$d" ] && sv up "$d"; done; true']);
      await giveBack(lab, host);
    }),
  );
}

/** What a fault took of a host, which no journal may know any more: its disk, the sessions of its database, its replay. */
async function giveBack(lab: Lab, host: PlannedHost): Promise<void> {
  const disk = diskOf(host);
  if (disk !== undefined) await freeDisk(machineOf(lab, host), disk.at);
  if (host.role !== 'database') return;
  setReplayPaused(lab, host.name, false);
  await releaseSessions(lab, host);
}

/** Waits until every site is ready and the load balancer sees every node of every site UP. */
export async function allReady(lab: Lab): Promise<void> {
  await Promise.all(
    sitesOf(lab).map((site) =>
      until({
        subject: `site ${site}`,
        condition: 'every node Ready, every pod of the platform serving, and none of an earlier release left',
        timeoutMs: limits.podsReady,
        intervalMs: 250,
        hint: `see hosts/${site}*/data/log in ${lab.dir}`,
        probe: async () => {
          await siteServes(lab, site);
          const ending = await endingPods(lab, site);
          if (ending.length > 0) throw new Error(`ending still: ${ending.join(', ')}`);
          return true;
        },
      }),
    ),
  );
  await until({
    subject: 'load balancer',
    condition: 'every backend UP',
    timeoutMs: limits.backendsUp,
    intervalMs: 100,
    probe: async () => {
      const states = Object.entries(await backendStates(lab));
      const down = states.filter(([name, status]) => status !== 'UP' && !isDirectedAway(lab, name, status));
      if (states.length === 0 || down.length > 0) throw new Error(down.map(([name, status]) => `${name} ${status}`).join(', '));
      return true;
    },
  });
}

/** Whether a server is out because a runbook sends all traffic to another site. */
function isDirectedAway({ record: { directed } }: Lab, server: string, status: string): boolean {
  return status === 'MAINT' && directed !== undefined && !server.startsWith(`${directed}/`);
}

/** Whether every node of a site is Ready and every pod of the platform answers; throws what is missing. A node has its full share of the CPU as soon as it is sent requests. */
export async function siteServes(lab: Lab, site: string): Promise<true> {
  const answers = nodesAnswering(lab, site).then((nodes) => shareAsServing(lab, nodes));
  const [ready] = await Promise.allSettled([siteReady(lab, site), answers]);
  if (ready.status === 'rejected') throw ready.reason;
  return true;
}

/** The lab of that name; one of another pattern is stopped first, a topology has one. */
async function sameOrNone({ name, shape }: UpOptions, progress: Progress): Promise<Lab | undefined> {
  const existing = findLab(name);
  if (existing === undefined) return undefined;
  const { pattern } = existing.record.shape;
  if (shape?.pattern !== undefined && shape.pattern !== pattern) {
    progress(`lab "${name}" is of the ${pattern} pattern: it is stopped first`);
    await tearDown(name);
    return undefined;
  }
  checkSameShape(existing, shape);
  return existing;
}

function checkSameShape(lab: Lab, wanted: Partial<LabShape> | undefined): void {
  const { sites, nodes, sabotage = 'nothing' } = lab.record.shape;
  if (sabotage !== (wanted?.sabotage ?? sabotage)) {
    throw new UsageError(
      `lab "${lab.record.name}" is up with ${sabotage} sabotaged, not ${wanted?.sabotage}: "holdfast down --name ${lab.record.name}" first, or choose another --name`,
    );
  }
  if ((wanted?.sites ?? sites) !== sites || (wanted?.nodes ?? nodes) !== nodes) {
    throw new UsageError(
      `lab "${lab.record.name}" is up with ${sites} sites of ${nodes} nodes, not ${wanted?.sites ?? sites} of ${wanted?.nodes ?? nodes}: "holdfast down --name ${lab.record.name}" first, or choose another --name`,
    );
  }
}
