import { beside, missing, type Lost, type Switching } from './judge.fixture.ts';
import type { Acknowledged, Ledger, Site } from './ledger.fixture.ts';
import { differing, foundAt, foundIn } from './rows.fixture.ts';
import type { Sites } from './sites.fixture.ts';

/** What must not be, by its sort, with what was seen. */
export interface Finding {
  sort: 'lost' | 'two writers' | 'nobody writes' | 'no way on' | 'changed' | 'unexpected' | 'hung' | 'unequal' | 'refused key' | 'slots';
  what: string;
}

/** What was seen of a course. */
export interface Seen {
  sites: Sites;
  ledger: Ledger;
  switching: Switching[];
  lost: Lost[];
}

/** SQLSTATE of a sequence at its end. */
const AT_ITS_END = '2200H';
/** With unique_violation: what a sequence refuses that stands where it should not. */
const KEYS = new Set(['23505', AT_ITS_END]);

/** Judges the end of a course: every server answers, nothing is written any more, `writing` are the sites that took a write last. */
export async function judged({ sites, ledger, switching, lost }: Seen, writing: readonly Site[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (writing.length !== 1)
    findings.push({
      sort: writing.length === 0 ? 'nobody writes' : 'two writers',
      what: `at the end ${writing.join(' and ') || 'nobody'} takes writes`,
    });
  const found = [await foundAt(sites.servers.a), await foundAt(sites.servers.b), foundIn(sites.kept())];
  const gone = missing(ledger.acknowledged, found);
  if (gone.length > 0) findings.push({ sort: 'lost', what: `${gone.length} acknowledged rows are nowhere: ${some(gone)}` });
  const both = beside(ledger.acknowledged, { switching, lost, first: 'a' });
  if (both.length > 0)
    findings.push({
      sort: 'two writers',
      what: `${both.length} writes, at first ${some(both.slice(0, 1).flatMap(({ earlier, later }) => [earlier, later]))}`,
    });
  // what a mistake writes itself may find a sequence at its end before anything is promoted
  const keys = ledger.refused.filter(({ code, by }) => KEYS.has(code) && (by !== 'mistake' || code !== AT_ITS_END));
  if (keys.length > 0)
    findings.push({ sort: 'refused key', what: `${keys.length} writes, the first: ${keys[0]?.message} at site ${keys[0]?.site}` });
  const different = writing.length === 1 ? await differing(sites) : [];
  if (different.length > 0) findings.push({ sort: 'unequal', what: `${different.length} rows: ${different.slice(0, 5).join(', ')}` });
  for (const site of ['a', 'b'] as const) {
    const left = await sites.servers[site].sql<{ name: string }>(LEFT);
    if (left.length > 0)
      findings.push({ sort: 'slots', what: `site ${site} holds its log for ${left.map(({ name }) => name).join(', ')}` });
  }
  return findings;
}

const LEFT = `SELECT slot_name AS name FROM pg_replication_slots WHERE slot_name LIKE 'pg\\_%\\_sync\\_%' AND NOT active`;

function some(acks: readonly Acknowledged[]): string {
  return acks
    .slice(0, 5)
    .map(
      ({ table, key, version, site, by, sentAt, ackedAt }) =>
        `${table} ${key}${version > 0 ? ` version ${version}` : ''} (site ${site}, ${by}, ${Math.round(sentAt)}–${Math.round(ackedAt)})`,
    )
    .join(', ');
}
