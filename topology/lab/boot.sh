#!/bin/sh
# Becomes process 1 of a host: started in fresh mount, pid, uts and ipc namespaces, inside the host's
# network namespace. HOST_* variables come from machine.ts.
set -eu

for group in $HOST_CGROUPS; do echo 0 > "$group/cgroup.procs"; done
if [ "$HOST_CGROUP_VERSION" = 2 ] && [ -z "${HOST_CGROUP_NS:-}" ]; then
  # entering first and unsharing then makes the host's group its own root
  export HOST_CGROUP_NS=1 HOST_CGROUPS=
  exec unshare --cgroup "$0"
fi

mount -t overlay overlay -o "lowerdir=$HOST_IMAGE,upperdir=$HOST_DIR/upper,workdir=$HOST_DIR/work" "$HOST_DIR/root"
cd "$HOST_DIR/root"
mount -t proc proc proc
# devices and modules are the machine's
mount -t sysfs -o ro sys sys
if [ "$HOST_CGROUP_VERSION" = 2 ]; then
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  mkdir -p sys/fs/cgroup/init sys/fs/cgroup/pods
  echo 0 > sys/fs/cgroup/init/cgroup.procs
  sed 's/\([a-z]\)\([a-z]*\)/+\1\2/g' sys/fs/cgroup/cgroup.controllers > sys/fs/cgroup/cgroup.subtree_control
  # not there where the machine shares out its CPU by other means
  [ ! -e sys/fs/cgroup/init/cpu.weight ] || echo "$HOST_INIT_WEIGHT" > sys/fs/cgroup/init/cpu.weight
else
  mount --rbind /sys/fs/cgroup sys/fs/cgroup
fi
mount --rbind /dev dev
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mkdir -p data opt/holdfast
mount --bind "$HOST_DIR/data" data
for tool in $HOST_TOOLS; do
  name=${tool%%=*}
  path=${tool#*=}
  if [ -d "$path" ]; then mkdir -p "opt/holdfast/$name"; else touch "opt/holdfast/$name"; fi
  mount --bind "$path" "opt/holdfast/$name"
  mount -o remount,bind,ro "opt/holdfast/$name"
done
if [ -n "${HOST_DISK:-}" ]; then
  # a flush ends at the image, like at a controller with a battery: passed on, each commit would wait for the journal of the
  # machine's own file system, and so for any other writer there that the scheduler keeps waiting
  mkdir -p "./$HOST_DISK_AT"
  mount -o loop,noatime,nobarrier "$HOST_DISK" "./$HOST_DISK_AT"
fi
if [ -e /proc/sys/net/ipv4/ip_forward ]; then
  echo 1 > /proc/sys/net/ipv4/ip_forward
  for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > "$file"; done
fi
# the kernel has most settings once for the whole machine: a host may read those, and change its own network's alone
mount --bind proc/sys proc/sys
[ ! -d proc/sys/net ] || mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
for setting in $HOST_SHOWN; do
  file=${setting%%=*}
  [ -e "proc/sys/$file" ] || continue
  mkdir -p "run/shown/${file%/*}"
  echo "${setting#*=}" > "run/shown/$file"
  mount --bind "run/shown/$file" "proc/sys/$file"
done
echo "$HOST_NAME" > etc/hostname
printf '127.0.0.1 localhost\n%s %s\n' "$HOST_ADDRESS" "$HOST_NAME" > etc/hosts
: > etc/resolv.conf
hostname "$HOST_NAME"
pivot_root . mnt
cd /
umount -l /mnt
mount --make-rshared /
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
exec catatonit -- runsvdir -P /data/sv
