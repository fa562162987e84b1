/** PostgreSQL's programs as the distribution has them. */
export const BINARIES = '/usr/lib/postgresql/15/bin';
const DATA = '/var/lib/postgresql/data';
/** Where a database host keeps what it held before its last rewind. */
export const KEPT = '/var/lib/postgresql/deposed';
/** PostgreSQL's programs as Patroni finds them: all are the distribution's, but the one that erases a deposed primary's own tail. */
export const DATABASE_BINARIES = '/data/bin';

const KEEPER = '/data/keep-deposed';

const keeper = `#!/bin/sh -e
trap 'rm -rf ${KEPT}.new' EXIT
redo=$(${BINARIES}/pg_controldata ${DATA} | sed -n "s/^Latest checkpoint's REDO WAL file: *//p")
rm -rf ${KEPT} ${KEPT}.new
mkdir -m 0700 ${KEPT}.new
cd ${DATA}
for entry in *; do [ "$entry" = pg_wal ] || cp -a "$entry" ${KEPT}.new/; done
mkdir -m 0700 ${KEPT}.new/pg_wal
cp -a pg_wal/archive_status ${KEPT}.new/pg_wal/
# the log from the last checkpoint on is all that a start of the copy replays
for file in $(cd pg_wal && { ls | grep -E '^[0-9A-F]{8}[.]history$' || true; ls | grep -E '^[0-9A-F]{24}$' | LC_ALL=C awk -v redo="$redo" '$0 "" >= redo ""'; }); do
  cp -a "pg_wal/$file" ${KEPT}.new/pg_wal/
done
mv ${KEPT}.new ${KEPT}
`;

// evidence is worth keeping, but never worth a copy that does not come back
const wrapper = `#!/bin/sh
${KEEPER} >&2 || echo 'what the deposed primary held could not be kept' >&2
exec ${BINARIES}/pg_rewind "$@"
`;

/** Shell lines that make DATABASE_BINARIES, where pg_rewind first keeps the data directory. */
export const wrapBinaries = [
  `mkdir -p ${DATABASE_BINARIES} && ln -sf ${BINARIES}/* ${DATABASE_BINARIES}/ && rm -f ${DATABASE_BINARIES}/pg_rewind`,
  written(KEEPER, keeper),
  written(`${DATABASE_BINARIES}/pg_rewind`, wrapper),
].join('\n');

function written(path: string, content: string): string {
  return `cat > ${path} <<'END_OF_FILE'\n${content}END_OF_FILE\nchmod 0755 ${path}`;
}
