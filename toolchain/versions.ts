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
