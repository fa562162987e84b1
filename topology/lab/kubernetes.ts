import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { slow } from '../../support/limits.ts';
import { pauseReference } from '../../toolchain/container-images.ts';
import { writeCertificate } from './certificate.ts';
import { groupsInHost } from './cgroups.ts';
import { writeHostFile, type Machine } from './machine.ts';
import { askPauseS, type Daemon } from './services.ts';
import type { PlannedHost } from './shape.ts';
import { nodesOf, type Lab } from './store.ts';

const bin = '/opt/holdfast/kubernetes';
/** A kubelet renews its lease four times in its length; at the first look after it was silent for the grace its node is given up. The default is Kubernetes 1.34's own. */
const nodeTimings = {
  default: { leaseS: 40, graceS: 50, lookS: 5 },
  tuned: { leaseS: Math.round(8 * slow), graceS: Math.round(10 * slow), lookS: 1 },
} as const;
export const API_PORT = 6443;
const GATE = '/run/api-answers';
const behindGate = `until [ -e ${GATE} ]; do sleep ${askPauseS / 2}; done\n`;

/** A kubelet sets these for the whole machine, or refuses to start. It is shown them as set; they are about the end of a kernel that is not the lab's. */
export const kubeletDemands: Readonly<Record<string, number>> = {
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxbytes': 25_000_000,
  'kernel/keys/root_maxkeys': 1_000_000,
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
};

/** Go's collector runs a third as often as by default: on few cores a boot is mostly CPU, and this is a tenth of it, for some tens of MB a daemon. */
const thrifty = 'export GOGC=300';

/** Writes a node's configuration and returns its daemons; the control node of a site runs the control plane too. */
export function nodeDaemons(lab: Lab, host: PlannedHost, machine: Machine): Daemon[] {
  writeNodeFiles(lab, host, machine);
  const agents = [apiGate(lab, host), containerd, kubelet(lab, host), kubeProxy(host)];
  const daemons = host.control === true ? [...controlPlane(lab, host, machine), ...agents] : agents;
  return daemons.map(({ name, run }) => ({ name, run: `${thrifty}\n${run}` }));
}

/** Address of a site's API server. */
export function apiAddress(lab: Lab, site: string): string {
  const control = lab.plan.hosts.find((host) => host.site === site && host.control === true);
  return `https://${control?.address}:${API_PORT}`;
}

function controlPlane(lab: Lab, host: PlannedHost, machine: Machine): Daemon[] {
  const site = host.site as string;
  const { secrets } = lab;
  if (!existsSync(join(machine.dir, 'data/kubernetes/service-account.key'))) {
    const key = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'sec1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    writeHostFile(machine, 'kubernetes/service-account.key', key.privateKey, 0o600);
    writeHostFile(machine, 'kubernetes/service-account.pub', key.publicKey);
  }
  const kubelets = nodesOf(lab, site).map((node) => `${secrets.kubelets[node.name]},system:node:${node.name},${node.name},system:nodes`);
  const tokens = [
    `${secrets.admin},admin,admin,system:masters`,
    // its controllers share one account instead of having a service account each
    `${secrets.controllerManager},system:kube-controller-manager,kcm,system:masters`,
    `${secrets.scheduler},system:kube-scheduler,scheduler`,
    `${secrets.proxy},system:kube-proxy,proxy`,
    ...kubelets,
  ];
  writeHostFile(machine, 'kubernetes/tokens.csv', `${tokens.join('\n')}\n`, 0o600);
  const { graceS, lookS } = timingsOf(lab);
  writeHostFile(machine, 'kubernetes/node-timings', `--node-monitor-grace-period=${graceS}s --node-monitor-period=${lookS}s`);
  writeKubeconfig(lab, host, machine, 'controller-manager', secrets.controllerManager);
  writeKubeconfig(lab, host, machine, 'scheduler', secrets.scheduler);
  const etcd = [
    'exec /opt/holdfast/etcd/etcd --data-dir=/data/etcd --unsafe-no-fsync --log-level=warn',
    '--listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379',
    `--listen-peer-urls=http://127.0.0.1:2380 --heartbeat-interval=${100 * slow} --election-timeout=${1000 * slow}`,
  ].join(' ');
  const api = [
    `exec ${bin}/kube-apiserver --etcd-servers=http://127.0.0.1:2379 --secure-port=${API_PORT}`,
    `--bind-address=${host.address} --advertise-address=${host.address} --endpoint-reconciler-type=none`,
    `--service-cluster-ip-range=${lab.plan.serviceRange[site]} --cert-dir=/data/kubernetes/api`,
    '--token-auth-file=/data/kubernetes/tokens.csv --authorization-mode=Node,RBAC --allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc --service-account-key-file=/data/kubernetes/service-account.pub',
    '--service-account-signing-key-file=/data/kubernetes/service-account.key',
    '--kubelet-client-certificate=/data/kubernetes/certificate.pem --kubelet-client-key=/data/kubernetes/key.pem',
    '--kubelet-preferred-address-types=InternalIP --disable-admission-plugins=ServiceAccount',
  ].join(' ');
  const manager = [
    `exec ${bin}/kube-controller-manager --kubeconfig=/data/kubernetes/controller-manager.conf --leader-elect=false`,
    '--service-account-private-key-file=/data/kubernetes/service-account.key --use-service-account-credentials=false --bind-address=127.0.0.1',
    '$(cat /data/kubernetes/node-timings)',
  ].join(' ');
  const scheduler = `exec ${bin}/kube-scheduler --kubeconfig=/data/kubernetes/scheduler.conf --leader-elect=false --bind-address=127.0.0.1`;
  return [
    { name: 'etcd', run: etcd },
    { name: 'kube-apiserver', run: api },
    { name: 'kube-controller-manager', run: behindGate + manager },
    { name: 'kube-scheduler', run: behindGate + scheduler },
  ];
}

const containerd: Daemon = { name: 'containerd', run: 'exec containerd --config /data/kubernetes/containerd.toml --log-level warn' };

function kubelet(lab: Lab, host: PlannedHost): Daemon {
  const { init } = groupsInHost(lab.record.name, host.name);
  const args = [
    `exec ${bin}/kubelet --config=/data/kubernetes/kubelet.json --kubeconfig=/data/kubernetes/kubelet.conf`,
    `--hostname-override=${host.name} --node-ip=${host.address} --root-dir=/data/kubelet --cert-dir=/data/kubelet/pki`,
    `--runtime-cgroups=${init} --kubelet-cgroups=${init} --v=1`,
  ];
  return { name: 'kubelet', run: behindGate + args.join(' ') };
}

function kubeProxy(host: PlannedHost): Daemon {
  return {
    name: 'kube-proxy',
    run: `${behindGate}exec ${bin}/kube-proxy --config=/data/kubernetes/proxy.json --hostname-override=${host.name}`,
  };
}

/** A client that finds no API server backs off for seconds. One daemon asks for all of its node, and the others begin when it was answered, or after 20 s. */
function apiGate(lab: Lab, host: PlannedHost): Daemon {
  const url = `${apiAddress(lab, host.site as string)}/readyz`;
  const ask = `curl -skf -m ${Math.ceil(slow)} -o /dev/null -H @/data/kubernetes/proxy.header ${url}`;
  return { name: 'api-gate', run: `for i in $(seq 200); do ${ask} && break; sleep ${askPauseS}; done\ntouch ${GATE}\nexec sleep infinity` };
}

function writeNodeFiles(lab: Lab, host: PlannedHost, machine: Machine): void {
  const { secrets } = lab;
  writeCertificate(lab, machine, 'kubernetes');
  writeHostFile(machine, 'kubernetes/containerd.toml', containerdConfig);
  writeHostFile(machine, 'cni/10-pods.conflist', JSON.stringify(podNetwork(host)));
  writeHostFile(machine, 'kubernetes/kubelet.json', JSON.stringify(kubeletConfig(lab, host)));
  writeHostFile(machine, 'kubernetes/proxy.json', JSON.stringify(proxyConfig(lab)));
  writeKubeconfig(lab, host, machine, 'kubelet', secrets.kubelets[host.name] as string);
  writeKubeconfig(lab, host, machine, 'proxy', secrets.proxy);
  // everybody may read a command line
  writeHostFile(machine, 'kubernetes/proxy.header', `Authorization: Bearer ${secrets.proxy}\n`, 0o600);
}

function writeKubeconfig(lab: Lab, host: PlannedHost, machine: Machine, name: string, token: string): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'site', cluster: { server: apiAddress(lab, host.site as string), 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: { token } }],
    contexts: [{ name: 'site', context: { cluster: 'site', user: name } }],
    'current-context': 'site',
  };
  writeHostFile(machine, `kubernetes/${name}.conf`, JSON.stringify(config), 0o600);
}

const containerdConfig = `version = 2
root = "/data/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseReference}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/data/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`;

/** Pods are routed, not bridged, so that every packet between nodes is plain routed traffic through the router. */
function podNetwork(host: PlannedHost): object {
  const ipam = { type: 'host-local', dataDir: '/run/cni-addresses', ranges: [[{ subnet: host.podRange }]], routes: [{ dst: '0.0.0.0/0' }] };
  return { cniVersion: '1.0.0', name: 'pods', plugins: [{ type: 'ptp', ipMasq: false, mtu: 1500, ipam }] };
}

function kubeletConfig(lab: Lab, host: PlannedHost): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: host.address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: '/data/kubernetes/certificate.pem' },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: groupsInHost(lab.record.name, host.name).pods,
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    failCgroupV1: false,
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    evictionHard: { 'nodefs.available': '0%', 'imagefs.available': '0%', 'nodefs.inodesFree': '0%', 'memory.available': '0%' },
    imageGCHighThresholdPercent: 100,
    podLogsDir: '/data/pod-logs',
    volumePluginDir: '/data/kubelet/plugins',
    resolvConf: '/etc/resolv.conf',
    makeIPTablesUtilChains: false,
    enableServer: true,
    serializeImagePulls: false,
    registerNode: true,
    healthzPort: 10248,
    logging: { format: 'text' },
    nodeLeaseDurationSeconds: nodeLeaseS(lab),
  };
}

/** Length of a node's lease in seconds. */
export function nodeLeaseS(lab: Lab): number {
  return timingsOf(lab).leaseS;
}

function timingsOf(lab: Lab): { leaseS: number; graceS: number; lookS: number } {
  return nodeTimings[lab.record.nodeTimings ?? 'default'];
}

function proxyConfig(lab: Lab): object {
  const pods = lab.plan.range;
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: '/data/kubernetes/proxy.conf' },
    clusterCIDR: pods,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    metricsBindAddress: '127.0.0.1:10249',
  };
}
