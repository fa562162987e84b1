/** PostgreSQL's programs as the distribution has them. */
export const BINARIES = '/usr/lib/postgresql/15/bin';
const DATA = '/var/lib/postgresql/data';
/** Where a database host keeps what it held before its last rewind. */
export const KEPT = '/var/lib/postgresql/deposed';
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
