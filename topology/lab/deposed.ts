import { HoldfastError } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { DATABASE_NAME } from './database.ts';
import { runIn, type Machine } from './machine.ts';

const BINARIES = '/usr/lib/postgresql/15/bin';
const DATA = '/var/lib/postgresql/data';
const KEPT = '/var/lib/postgresql/deposed';
/** PostgreSQL's programs as Patroni finds them: all are the distribution's, but the one that erases a deposed primary's own tail. */
export const DATABASE_BINARIES = '/data/bin';

/** Shell lines that make DATABASE_BINARIES. Before a rewind the data directory is kept, without the log that a start of it does not need. */
export const wrapBinaries = `mkdir -p ${DATABASE_BINARIES} && ln -sf ${BINARIES}/* ${DATABASE_BINARIES}/ && rm -f ${DATABASE_BINARIES}/pg_rewind
cat > ${DATABASE_BINARIES}/pg_rewind <<'WRAPPER'
#!/bin/sh
keep() {
  set -e
  redo=$(${BINARIES}/pg_controldata ${DATA} | sed -n "s/^Latest checkpoint's REDO WAL file: *//p")
  rm -rf ${KEPT} ${KEPT}.new
  mkdir -m 0700 ${KEPT}.new
  cd ${DATA}
  for entry in *; do [ "$entry" = pg_wal ] || cp -a "$entry" ${KEPT}.new/; done
  mkdir -p -m 0700 ${KEPT}.new/pg_wal/archive_status
  for segment in pg_wal/*; do
    case "$segment" in
      *.history) cp -a "$segment" ${KEPT}.new/pg_wal/ ;;
      pg_wal/????????????????????????) [ "$(printf '%s\n' "pg_wal/$redo" "$segment" | LC_ALL=C sort | head -n 1)" != "pg_wal/$redo" ] || cp -a "$segment" ${KEPT}.new/pg_wal/ ;;
    esac
  done
  mv ${KEPT}.new ${KEPT}
}
# evidence is worth keeping, but never worth a copy that does not come back
(keep) >&2 || echo 'the deposed data could not be kept' >&2
exec ${BINARIES}/pg_rewind "$@"
WRAPPER
chmod 0755 ${DATABASE_BINARIES}/pg_rewind`;

/** Rows of a query over what a database host held before its last rewind, if that was after a time (s since 1970); undefined when there was none. */
export async function deposedRows(
  machine: Pick<Machine, 'dir' | 'lab' | 'name'>,
  { query, sinceS }: { query: string; sinceS: number },
): Promise<Record<string, unknown>[] | undefined> {
  const kept = await runIn(machine, ['sh', '-c', `stat -c %Z ${KEPT} 2>/dev/null || echo 0`]);
  if (Number(kept) < sinceS) return undefined;
  const options = '-p 5499 -k /tmp -c listen_addresses= -c synchronous_standby_names= -c primary_conninfo= -c archive_mode=off';
  const script = `cd ${KEPT}; rm -f standby.signal recovery.signal postmaster.pid
${BINARIES}/pg_ctl -D ${KEPT} -w -t 60 -l ${KEPT}/start.log -o "${options}" start > /dev/null || { tail -n 3 ${KEPT}/start.log >&2; exit 1; }
psql -h /tmp -p 5499 -d ${DATABASE_NAME} -XAt -c "copy (select row_to_json(f) from ($QUERY) f) to stdout with (format csv, delimiter E'\\x01', quote E'\\x02')"
status=$?
${BINARIES}/pg_ctl -D ${KEPT} -m immediate -w stop > /dev/null
exit $status`;
  const as = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', 'env', `QUERY=${query}`];
  const text = await runIn(machine, [...as, 'sh', '-c', script], { timeoutMs: limits.catchUp });
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => parsed(line, machine.name));
}

function parsed(line: string, host: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    throw new HoldfastError(`expected a row as JSON from what ${host} held before its rewind; came "${line.slice(0, 200)}"`, {
      cause: error,
    });
  }
}
