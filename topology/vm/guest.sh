#!/bin/sh
# Started by systemd in the emulated machine: puts the carried caches where they were made and runs the checks.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
carried=${here%/checkout/topology/vm}
. "$carried/settings.sh"
for folder in "$HOLDFAST_CACHE" "$HOLDFAST_STATE"; do
  mkdir -p "$folder"
  mount --bind "$carried/carried$folder" "$folder"
done
# the user "tester" runs programs of a cache that was root's
chmod 755 /root
export PATH="$NODE_FOLDER:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME=/root LANG=C.UTF-8
# the checks act for the user whose lab it is
SUDO_UID=$(id -u tester) SUDO_GID=$(id -g tester)
export SUDO_UID SUDO_GID
# the stripping of types runs in a just-in-time compiler, which the emulator breaks in one of eight starts
export NODE_COMPILE_CACHE="$HOLDFAST_CACHE/compiled"
cd "$carried/checkout"
status=0
node topology/vm/guest.ts || status=$?
# what the console has not sent yet is lost at power-off
sleep 1
exit "$status"
