import { HoldfastError } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { DATABASE_NAME } from './database.ts';
import { runIn, type Machine } from './machine.ts';
import { BINARIES, KEPT } from './rewind-wrapper.ts';

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
