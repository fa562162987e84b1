import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { STATE_OF_EVERY_RUN_SQL } from '../../platform/final-state.ts';
import { slow } from '../../support/limits.ts';
import type { Lab } from './store.ts';

/** Where a database host keeps what it held when it was deposed, in its data folder. */
export const KEPT_DIR = 'deposed';
/** Newest states that a host keeps. */
const KEPT = 3;
/** The rejoin waits for the rows this long and no longer; 20,000 take half a second. */
const KEEP_S = 20 * slow;

/**
 * A stand-in for pg_rewind that first keeps the rows of a deposed primary: the rewind overwrites those that no other copy has. The server is
 * stopped then; a single-user session reads it. Where that fails the rewind goes on, and its log says so.
 */
export function keepingRewind({ binDir, dataDir, database }: { binDir: string; dataDir: string; database: string }): string {
  const rows = `SELECT json_strip_nulls(row_to_json(state)) FROM (${STATE_OF_EVERY_RUN_SQL}) AS state`
    .replaceAll(/\s*\n\s*/g, ' ')
    // the shell reads it between such quotes
    .replaceAll('"', '\\"');
  // a server that is stopped has no other session: the usual settings of reading a final state only for speed
  const settings = ['exit_on_error=on', 'enable_nestloop=off', 'archive_mode=off', 'synchronous_standby_names='].map(
    (value) => `-c ${value}`,
  );
  return `#!/bin/sh
case "$*" in *--source-server*)
  kept=/data/${KEPT_DIR}/$(date +%s%N)
  if printf '%s\\n' "COPY (${rows}) TO '$kept.new' (FORMAT csv, DELIMITER E'\\\\x01', QUOTE E'\\\\x02')" |
    timeout ${KEEP_S} ${binDir}/postgres --single -D ${dataDir} ${settings.join(' ')} ${database} >/dev/null
  then mv "$kept.new" "$kept.jsonl"
  else echo "the rows of this deposed primary could not be kept" >&2; rm -f "$kept.new"
  fi
  ls /data/${KEPT_DIR} | head -n -${KEPT} | while read -r old; do rm -f "/data/${KEPT_DIR}/$old"; done
esac
exec ${binDir}/pg_rewind "$@"
`;
}

/** Rows of a run that copies held when they were deposed since then, by copy; of a copy that was deposed several times, of each time. */
export function deposedRows(lab: Lab, { run, since }: { run: string; since: Date }): Map<string, AsyncIterable<Record<string, unknown>>> {
  const states = new Map<string, AsyncIterable<Record<string, unknown>>>();
  for (const { name } of lab.plan.hosts.filter(({ role }) => role === 'database')) {
    const folder = join(lab.dir, 'hosts', name, 'data', KEPT_DIR);
    const files = existsSync(folder)
      ? readdirSync(folder).filter((file) => file.endsWith('.jsonl') && Number.parseInt(file, 10) / 1e6 >= since.getTime())
      : [];
    if (files.length > 0)
      states.set(
        name,
        rowsIn(
          files.sort().map((file) => join(folder, file)),
          run,
        ),
      );
  }
  return states;
}

async function* rowsIn(files: string[], run: string): AsyncGenerator<Record<string, unknown>> {
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
      const { run: of, ...row } = JSON.parse(line) as Record<string, unknown>;
      if (of === run) yield row;
    }
  }
}
