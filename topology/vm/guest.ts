// What holds on a machine with systemd and cgroup v2; run by guest.sh in the emulated machine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../support/limits.ts';
import { projectRoot } from '../../support/paths.ts';
import { until } from '../../support/poll.ts';
import { command } from '../../support/processes.ts';
import { hostProcesses } from '../lab/cgroups.ts';
import { examine } from '../lab/doctor.ts';
import { labTopology } from '../lab/lab-topology.ts';
import { tryMechanisms } from '../lab/mechanisms.ts';
import { labDir } from '../lab/store.ts';
import { GuestChecks, printLogs } from './guest-checks.ts';
import { added, traces } from './leftovers.ts';
import { losesSite } from './site-loss.ts';
import { frozenHostIsSilent } from './frozen-host.ts';

const LAB = 'main';
/** One fault of each mechanism that cgroups or kernels of another kind could break. */
const FAULTS = [
  'freeze dcs3',
  'isolate dcs3 --from database',
  'refuse dcs3 --from database',
  'delay dcs3 --from database --by 2s',
  'fill-disk dcs3',
  'stop-daemon dcs3 --daemon etcd',
  'pause-replay sync-standby',
];
const checks = new GuestChecks();

// iproute2 leaves a mount at /run/netns when the first namespace of a machine is made; that is not the lab's
await command('ip', ['netns', 'add', 'first']);
await command('ip', ['netns', 'del', 'first']);
const before = await traces();

await checks.check('doctor names cgroup v2 under systemd', async () => {
  const findings = await examine();
  assert.ok(findings.some(({ what }) => what === 'cgroup v2 under systemd'));
  // the tools are carried in, so nothing has to be built; the lab here is smaller than a default one, whose memory the doctor speaks of
  assert.deepEqual(
    findings.filter(({ good, what }) => !good && what !== 'go' && !what.startsWith('memory')),
    [],
  );
});
await checks.check('every mechanism of faults is there', async () => {
  assert.deepEqual(
    (await tryMechanisms()).filter(({ lacks }) => lacks !== undefined),
    [],
  );
});
const up = await checks.check('a user brings a lab up through sudo, building and fetching nothing', async () => {
  const said = await holdfast(`up --name ${LAB} --nodes 1`);
  assert.doesNotMatch(said, /building|making|fetching|installing/);
  labTopology(LAB);
});
if (up) {
  await checks.check('every process of a host is in its group below the delegated unit', hostsAreInTheirGroups);
  await checks.check('a frozen host is silent, pods included, and answers again when thawed', () => frozenHostIsSilent(labTopology(LAB)));
  for (const fault of FAULTS) {
    await checks.check(`a user injects a fault through sudo, sees it proven, and its end: ${fault}`, async () => {
      // starting programs is so much work here that a health check may be late
      await labTopology(LAB).reset({ routing: 'active-active', replication: 'strict' });
      const said = await holdfast(`fault inject ${fault} --for 20s --name ${LAB}`);
      assert.match(said, /verified .*\n.*healed .*\n.*gone /);
    });
  }
  await losesSite(labTopology(LAB), checks);
}
if (checks.failed > 0) printLogs(labDir(LAB));
await checks.check('a user takes the lab down through sudo', async () => {
  await holdfast(`down --name ${LAB}`);
});
await checks.check('nothing of the lab is left', async () => {
  await until({
    subject: 'machine',
    condition: 'as it was before the lab',
    // the kernel takes namespaces apart in the background
    timeoutMs: limits.hostGone,
    intervalMs: 1000,
    probe: async () => {
      const left = added(before, await traces());
      if (left.length > 0) throw new Error(left.join('; '));
      return true;
    },
  });
});
checks.end();

/** Runs the command as a user who is not root, and returns what it said. */
async function holdfast(args: string): Promise<string> {
  const { PATH, HOLDFAST_CACHE, HOLDFAST_STATE, HOLDFAST_SLOW } = process.env;
  const settings = Object.entries({ PATH, HOLDFAST_CACHE, HOLDFAST_STATE, HOLDFAST_SLOW }).map(([name, value]) => `${name}=${value}`);
  const line = `exec 2>&1; ${join(projectRoot, 'holdfast')} ${args}`;
  return command('runuser', ['-u', 'tester', '--', 'env', 'HOME=/home/tester', ...settings, 'sh', '-c', line], {
    timeout: limits.guestRun,
    // on the console as it comes: the machine may not live to show it later
    stdout: ['pipe', 'inherit'],
  });
}

async function hostsAreInTheirGroups(): Promise<void> {
  for (const { name } of labTopology(LAB).hosts) {
    const processes = hostProcesses(LAB, name);
    assert.ok(processes.length > 1, `expected processes in the group of ${name}; there are ${processes.length}`);
    const own = processes.map((pid) => readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim());
    const strangers = own.filter((line) => !line.startsWith(`0::/system.slice/holdfast-${LAB}.service/${name}/`));
    assert.deepEqual(strangers, []);
  }
}
