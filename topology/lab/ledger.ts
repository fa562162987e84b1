import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LedgerEntry } from '../../platform/ledger.ts';
import type { Lab } from './store.ts';

/** What the platform's pods logged since then of the writes whose ids begin so, each before its COMMIT; as far as their logs are still on the nodes' disks. */
export async function writeLedger(lab: Lab, { idsBeginWith, since }: { idsBeginWith: string; since: Date }): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (const log of apiLogs(lab).filter((file) => statSync(file).mtime >= since)) {
    // a containerd log line: time, stream, whether it is whole, text
    for await (const line of createInterface({ input: createReadStream(log, 'utf8') })) {
      const text = line.slice(line.indexOf('{'));
      if (!text.includes(`"id":"${idsBeginWith}`)) continue;
      const entry = parsed(text);
      if (entry !== undefined) entries.push(entry);
    }
  }
  return entries;
}

function apiLogs(lab: Lab): string[] {
  return lab.plan.hosts.flatMap(({ name }) => {
    const pods = join(lab.dir, 'hosts', name, 'data/pod-logs');
    if (!existsSync(pods)) return [];
    const folders = readdirSync(pods).flatMap((pod) => (pod.includes('_api-') ? [join(pods, pod, 'api')] : []));
    return folders.filter((folder) => existsSync(folder)).flatMap((folder) => logsIn(folder));
  });
}

function logsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.includes('.log') && !file.endsWith('.gz'))
    .map((file) => join(folder, file));
}

/** A line that a power-off cut, or that the container cannot have written, says nothing. */
function parsed(text: string): LedgerEntry | undefined {
  try {
    const { xid, id, system, timeline } = JSON.parse(text) as LedgerEntry;
    const known = [xid, id, system].every((part) => typeof part === 'string') && Number.isInteger(timeline) && /^\d+$/.test(xid);
    return known ? { xid, id, system, timeline } : undefined;
  } catch {
    return undefined;
  }
}
