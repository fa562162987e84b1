import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { command } from '../../support/processes.ts';
import type { Lab } from './store.ts';
import type { PlannedHost } from './shape.ts';

/*
 *   machine ──(one veth)── wan ──(veth a1)── a1
 *                           ├──(veth db1)─── db1      every packet between two hosts enters and leaves
 *                           └──(veth glb)─── glb      wan by the veths named after them
 */

/** Makes the router namespace and the runner's link; what is there already is left as it is. */
export async function ensureRouter(lab: Lab): Promise<void> {
  const wan = routerNamespace(lab.record.name);
  if (!existsSync(`/run/netns/${wan}`)) await command('ip', ['netns', 'add', wan]);
  await inNamespace(wan, [
    'sh',
    '-c',
    'echo 1 > /proc/sys/net/ipv4/ip_forward; for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done',
  ]);
  await ipBatch(wan, ['link set lo up', `address replace ${lab.plan.gateway}/32 dev lo`, ...lab.plan.hosts.flatMap(blackholes)]);
  await ensureRunnerLink(lab, wan);
}

/** Connects a host that is being booted: a namespace of its own and one veth to the router. */
export async function attachHost(lab: Lab, host: PlannedHost): Promise<void> {
  const wan = routerNamespace(lab.record.name);
  const own = hostNamespace(lab.record.name, host.name);
  await detachHost(lab.record.name, host.name);
  await command('ip', ['netns', 'add', own]);
  await ipBatch(wan, [
    `link add ${host.name} type veth peer name eth0 netns ${own}`,
    `link set ${host.name} up`,
    `route replace ${host.address}/32 dev ${host.name}`,
    ...(host.podRange === undefined ? [] : [`route replace ${host.podRange} via ${host.address} dev ${host.name}`]),
  ]);
  await ipBatch(own, [
    'link set lo up',
    `address add ${host.address}/32 dev eth0`,
    'link set eth0 up',
    `route add ${lab.plan.gateway} dev eth0 scope link`,
    `route add default via ${lab.plan.gateway}`,
  ]);
}

/** Pulls a host's cable: nothing it still sends is seen, nothing reaches it, and nobody is told. */
export async function unplugHost(lab: string, host: string): Promise<void> {
  await execa('ip', ['-n', routerNamespace(lab), 'link', 'set', host, 'down'], { reject: false });
}

/** Hosts whose cable is in: their veth at the router is up. */
export function pluggedHosts(lab: string): Promise<Set<string>> {
  return routerLinks(lab, ['up']);
}

/** Names of the router's network devices; `filter` is that of `ip link show`. */
export async function routerLinks(lab: string, filter: readonly string[] = []): Promise<Set<string>> {
  const links = JSON.parse(await command('ip', ['-n', routerNamespace(lab), '-j', 'link', 'show', ...filter])) as { ifname?: string }[];
  return new Set(links.flatMap(({ ifname }) => ifname ?? []));
}

/** Removes a host's namespace and, with it, its veth. */
export async function detachHost(lab: string, host: string): Promise<void> {
  const own = hostNamespace(lab, host);
  await removeNamespace(own);
  // the kernel takes a namespace apart in the background: the veth's name may be needed at once
  await execa('ip', ['-n', routerNamespace(lab), 'link', 'del', host], { reject: false });
}

/** Removes the router and the runner's link. */
export async function removeRouter(lab: string): Promise<void> {
  await execa('ip', ['link', 'del', runnerLink(lab)], { reject: false });
  const wan = routerNamespace(lab);
  await removeNamespace(wan);
}

/** Another command may be taking the same lab down: a namespace that is gone afterwards is what was asked for. */
async function removeNamespace(name: string): Promise<void> {
  const there = (): boolean => existsSync(`/run/netns/${name}`);
  if (!there()) return;
  await command('ip', ['netns', 'del', name]).catch((error: unknown) => {
    if (there()) throw error;
  });
}

export function routerNamespace(lab: string): string {
  return `hf-${lab}-wan`;
}

export function hostNamespace(lab: string, host: string): string {
  return `hf-${lab}-${host}`;
}

export function runnerLink(lab: string): string {
  return `hf-${lab}`;
}

/** While a host is off its route is gone with its link; the blackhole behind it keeps the router silent, as a dark machine is. */
function blackholes(host: PlannedHost): string[] {
  const ranges = [`${host.address}/32`, ...(host.podRange === undefined ? [] : [host.podRange])];
  return ranges.map((range) => `route replace blackhole ${range} metric 4000`);
}

async function ensureRunnerLink(lab: Lab, wan: string): Promise<void> {
  const link = runnerLink(lab.record.name);
  if (!existsSync(`/sys/class/net/${link}`)) {
    await command('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'runner', 'netns', wan]);
  }
  await ipBatch(wan, ['link set runner up', `route replace ${lab.plan.runner}/32 dev runner`]);
  await ipBatch(undefined, [
    `address replace ${lab.plan.runner}/32 dev ${link}`,
    `link set ${link} up`,
    `route replace ${lab.plan.gateway}/32 dev ${link} scope link`,
    `route replace ${lab.plan.range} via ${lab.plan.gateway} dev ${link} src ${lab.plan.runner}`,
  ]);
}

/** Runs a command in a network namespace to its end and returns its output. */
export async function inNamespace(namespace: string, args: string[]): Promise<string> {
  return command('nsenter', [`--net=/run/netns/${namespace}`, ...args]);
}

async function ipBatch(namespace: string | undefined, lines: string[]): Promise<void> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  await command('ip', [...where, '-batch', '-'], { input: `${lines.join('\n')}\n`, stdin: undefined });
}

/** Applies rules in one transaction, in a network namespace or the machine's own. */
export async function nft(namespace: string | undefined, rules: string): Promise<void> {
  const [file, args] = namespace === undefined ? ['nft', ['-f', '-']] : ['nsenter', [`--net=/run/netns/${namespace}`, 'nft', '-f', '-']];
  await command(file, args, { input: rules, stdin: undefined });
}
