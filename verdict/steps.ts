import type { FindingClass } from '../record/format.ts';
import type { Database } from './database.ts';

/**
 * A script that makes tables and views; it runs only where `when`, a condition in SQL, holds. Work that a record gives no cause for is not done.
 * One in `parts` runs once for each part of the elements.
 */
type Step = { script: string; when?: string; parts?: true };

/** Operations whose elements are grouped and joined at once, within the memory that judging has. */
const PART = 30e6;

/** Whether what the first reads of a phase refuted leaves open what its others did, and a bound asks for it. */
const UNTOLD = `EXISTS (
  FROM read_groups AS g WHERE op = 'read' AND told > 0 AND NOT EXISTS (
    FROM refuting AS r WHERE r.asked = g.asked AND (r.phase = g.phase AND (r.named OR NOT g.named) OR asked = 'primary' AND 'stalePrimary' NOT IN (SELECT bound FROM bounds_given)))
  AND (asked = 'primary' OR EXISTS (FROM bounds_given WHERE bound LIKE 'staleReplica%')))`;

/** Scripts in the order in which they build on each other. */
export const STEPS: readonly Step[] = [
  { script: 'views/elements.sql' },
  { script: 'views/machine.sql' },
  { script: 'views/offered.sql' },
  { script: 'views/bins.sql' },
  { script: 'views/vain.sql' },
  { script: 'views/drops.sql', when: `EXISTS (FROM history WHERE op = 'dropped')` },
  { script: 'views/faults.sql' },
  { script: 'views/backends.sql' },
  { script: 'views/copies.sql' },
  {
    script: 'views/not-primary.sql',
    when: `EXISTS (FROM copy_samples WHERE up AND NOT writable) AND EXISTS (FROM history WHERE role = 'primary')`,
  },
  { script: 'views/losses.sql' },
  { script: 'views/terms.sql' },
  { script: 'views/split.sql', when: 'EXISTS (FROM doubtful_terms)' },
  { script: 'views/turns.sql', when: 'EXISTS (FROM doubtful_terms) AND NOT EXISTS (FROM split_acks)' },
  { script: 'views/keys.sql', when: `EXISTS (FROM history WHERE op = 'put')` },
  { script: 'views/odd-keys.sql', when: 'EXISTS (FROM puts)' },
  { script: 'views/update-losses.sql', when: 'EXISTS (FROM puts)' },
  { script: 'views/lists.sql', when: `EXISTS (FROM history WHERE op = 'list')` },
  { script: 'views/two-kinds.sql', when: `EXISTS (FROM history WHERE op IN ('put', 'get'))` },
  { script: 'views/unwritten-gets.sql', when: `EXISTS (FROM history WHERE op = 'get')` },
  { script: 'views/gets.sql', when: `EXISTS (FROM history WHERE op = 'get')` },
  { script: 'views/list-breaks.sql', when: `EXISTS (FROM history WHERE op = 'list')` },
  { script: 'views/known.sql' },
  { script: 'views/known-part.sql', parts: true },
  { script: 'views/wrong-rows.sql', when: `EXISTS (FROM history WHERE op = 'read' AND payload IS NOT NULL)`, parts: true },
  { script: 'views/unwritten.sql', when: 'EXISTS (FROM early_sightings)' },
  { script: 'views/reads.sql' },
  { script: 'views/skips.sql', when: 'EXISTS (FROM walked) AND (SELECT usable FROM truth)' },
  { script: 'views/list-order.sql', when: '(SELECT count(DISTINCT line) FROM list_sightings) > 1' },
  { script: 'views/list-regressions.sql', when: `EXISTS (FROM walked WHERE asked = 'replica')` },
  { script: 'views/regressions.sql', when: 'EXISTS (FROM lesser_reads)' },
  { script: 'views/covered.sql', when: 'EXISTS (FROM history WHERE token IS NOT NULL)' },
  { script: 'views/promises.sql', when: 'EXISTS (FROM stale_reads)' },
  { script: 'evidence/files.sql' },
  { script: 'evidence/phases.sql' },
  { script: 'evidence/load.sql' },
  { script: 'evidence/generator.sql' },
  { script: 'evidence/faults.sql' },
  { script: 'evidence/contradictions.sql' },
  { script: 'evidence/samples.sql' },
  { script: 'evidence/truth.sql' },
  { script: 'evidence/gone.sql', when: `EXISTS (FROM copies WHERE role = 'gone')` },
  { script: 'evidence/terms.sql' },
  { script: 'evidence/acks.sql' },
  { script: 'evidence/told.sql' },
  { script: 'evidence/coverage.sql' },
  { script: 'evidence/everywhere.sql', when: 'EXISTS (FROM planned_offers)' },
  { script: 'evidence/connects.sql', when: '(SELECT short_lived FROM run)' },
  { script: 'evidence/routing.sql' },
  { script: 'evidence/refuting.sql' },
  { script: 'evidence/refuting-gets.sql', when: `EXISTS (FROM history WHERE op = 'get')` },
  { script: 'evidence/refuting-part.sql', when: UNTOLD, parts: true },
  { script: 'evidence/bounds.sql' },
];

/** What a rule needs to find anything at all, as a condition in SQL; the others always run. */
const CAUSES: Partial<Record<FindingClass, string>> = {
  'split-brain': 'EXISTS (FROM split_acks)',
  lost: 'EXISTS (FROM lost_adds)',
  'lost-unreplicated': 'EXISTS (FROM lost_adds) OR EXISTS (FROM update_losses)',
  'lost-update': 'EXISTS (FROM update_losses)',
  'read-then-lost': 'EXISTS (FROM elements WHERE NOT present) OR EXISTS (FROM seen_beyond) OR EXISTS (FROM two_kinds WHERE absent)',
  phantom: `EXISTS (FROM elements WHERE fate = 'failed') OR EXISTS (FROM odd_keys)`,
  'never-written': 'EXISTS (FROM unwritten)',
  'not-primary': 'EXISTS (FROM standby_answers)',
  'wrong-row': 'EXISTS (FROM wrong_rows)',
  unfinished: 'EXISTS (FROM truth_rows WHERE completions = 0)',
  'missing-at-copy': 'EXISTS (FROM copies WHERE late OR copy NOT IN (FROM same_as_truth))',
  'extra-at-copy': 'EXISTS (FROM final_sources WHERE copy NOT IN (FROM same_as_truth))',
  stale: 'EXISTS (FROM judged_reads)',
  'non-monotonic': `EXISTS (FROM regressions WHERE kind <> 'session')`,
  'non-monotonic-session': `EXISTS (FROM regressions WHERE kind = 'session')`,
  skipped: 'EXISTS (FROM skips)',
  'broken-list': 'EXISTS (FROM list_breaks)',
  'two-writable': '(SELECT count(DISTINCT copy) FROM copy_samples WHERE writable) > 1',
  misrouted: '(SELECT routing IS NOT NULL OR shares_promised FROM run)',
  'never-read': 'EXISTS (FROM short_coverage)',
  'unwatched-exit': 'EXISTS (FROM restarts) OR EXISTS (FROM observations WHERE exit IS NOT NULL)',
};

/** Makes every view that this record gives cause for; those of its elements in parts, where there are more than `part` operations. */
export async function makeViews(database: Database, part: number = PART): Promise<void> {
  const { lines } = await database.row('SELECT count(*) AS lines FROM history');
  const parts = Math.max(1, Math.ceil(Number(lines) / part));
  for (const step of STEPS) {
    if (step.when !== undefined && (await database.row(`SELECT ${step.when} AS needed`)).needed !== true) continue;
    for (let nr = 0; nr < (step.parts === true ? parts : 1); nr++) {
      if (step.parts === true)
        await database.run(`CREATE OR REPLACE MACRO in_part(id) AS ${parts === 1 ? 'true' : `hash(id) % ${parts} = ${nr}`}`);
      await database.script(step.script);
    }
  }
}

/** The classes of whose rule this record gives no cause. */
export async function idleRules(database: Database): Promise<Set<string>> {
  const conditions = Object.entries(CAUSES).map(([name, cause]) => `(${cause}) AS "${name}"`);
  const caused = await database.row(`SELECT ${conditions.join(', ')}`);
  return new Set(Object.keys(caused).filter((name) => caused[name] !== true));
}
