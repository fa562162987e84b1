import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readWholeJson } from '../../support/files.ts';
import { isAlive, signalProcess, type ProcessIdentity } from '../../support/processes.ts';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { removeLabGroups } from './cgroups.ts';
import { removeGuard } from './guard.ts';
import { killMachine } from './machine.ts';
import { detachHost, removeRouter } from './network.ts';
import { giveNameBack } from './registry.ts';
import { labDir, refuseToEnd } from './store.ts';

/** Stops a lab and removes all of it: processes, namespaces, mounts, groups, links, rules, disks. A lab that is not there is no error; says whether it was. */
export async function tearDown(name: string): Promise<boolean> {
  refuseToEnd(name);
  const dir = labDir(name);
  if (!existsSync(dir)) return false;
  await endCompanions(join(dir, 'companions'));
  const hosts = join(dir, 'hosts');
  const names = existsSync(hosts) ? readdirSync(hosts) : [];
  await Promise.all(
    names.map(async (host) => {
      await killMachine({ lab: name, name: host, dir: join(hosts, host) });
      await detachHost(name, host);
    }),
  );
  // a line whose identity was lost has its group
  await killMachine({ lab: name, name: 'wan', dir: join(hosts, 'wan') });
  await removeRouter(name);
  await removeGuard(name);
  await removeLabGroups(name);
  rmSync(dir, { recursive: true, force: true });
  giveNameBack(name);
  return true;
}

/** Ends the processes that belong to a lab but live outside its hosts: the healer, the lines of its network. */
async function endCompanions(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  await Promise.all(
    files.map(async (file) => {
      const identity = readWholeJson<ProcessIdentity>(join(folder, file));
      if (identity === undefined) console.error(`holdfast: ${join(folder, file)} cannot be read: it is passed over`);
      if (identity === undefined || !signalProcess(identity, 'SIGKILL')) return;
      await until({ subject: file, condition: 'ended', timeoutMs: limits.hostGone, intervalMs: 2, probe: async () => !isAlive(identity) });
    }),
  );
}
