import { slow } from '../../support/limits.ts';

const LOOK_S = 0.1;
/** A rejoin takes seconds; its rewind has to wait for a checkpoint of the new leader. */
const LOOKS = Math.ceil(600 * slow);

/**
 * A callback of Patroni for a deliberate mistake: once a leader that was deposed follows again, what it receives is replayed no more. It stops the
 * process that replays: a pause asked for by SQL would not last, for Patroni resumes replay that it finds paused in its next loop. `server` is the
 * folder of its socket, or its address.
 */
export function stuckReplay(server: string): string {
  const replaying =
    "SELECT a.pid FROM pg_stat_activity AS a, pg_stat_wal_receiver AS r WHERE a.backend_type = 'startup' AND r.status = 'streaming'";
  return `#!/bin/sh
[ "$1 $2" = 'on_role_change replica' ] || exit 0
for look in $(seq ${LOOKS}); do
  replaying=$(psql -h ${server} -U postgres -d postgres -Atc "${replaying}" 2>/dev/null)
  [ -n "$replaying" ] && exec kill -STOP "$replaying"
  sleep ${LOOK_S}
done
echo "replay goes on: no server that follows within ${LOOKS} looks" >&2
exit 1
`;
}
