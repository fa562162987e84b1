import type { Recovery, Verdict } from '../record/verdict-format.ts';
import type { z } from 'zod';
import { duration } from './numbers.ts';
import { plain } from './text.ts';

type Entry = z.infer<typeof Recovery>;
/** A length that was measured, or that was longer than what was measured; ms. */
export type Length = { ms: number; censored: boolean };

const PARTS: readonly { name: string; of: (entry: Entry) => Length }[] = [
  { name: 'first reaction', of: ({ firstReactionMs }) => measured(firstReactionMs) },
  { name: 'first success', of: ({ firstSuccessMs }) => measured(firstSuccessMs) },
  { name: 'stable (RTO)', of: stable },
  { name: 'redundant', of: ({ redundantMs }) => measured(redundantMs) },
];

/** How the parts of recovery spread over the repeats of each scenario; undefined when none was repeated. "≥": the record ended before. */
export function repeatsTable(verdicts: readonly Verdict[]): string | undefined {
  const repeated = [...Map.groupBy(verdicts, ({ scenario }) => scenario)].filter(([, runs]) => runs.length > 1);
  const blocks = repeated.flatMap(([scenario, runs]) =>
    [
      ...Map.groupBy(
        runs.flatMap(({ recovery }) => recovery),
        ({ fault, target }) => `${fault} on ${withoutHosts(target)}`,
      ),
    ].map(([fault, entries]) =>
      [`${plain(scenario)}: ${plain(fault)}, ${entries.length} times`, ...PARTS.map((part) => row(part, entries))].join('\n'),
    ),
  );
  if (blocks.length === 0) return undefined;
  const head = `${''.padEnd(18)}${['min', 'p50', 'p95', 'max'].map((name) => name.padStart(10)).join('')}`;
  return ['', 'recovery over repeats', head, ...blocks].join('\n');
}

function row({ name, of }: (typeof PARTS)[number], entries: readonly Entry[]): string {
  const lengths = entries.map(of).sort(byLength);
  const cells = [0, 0.5, 0.95, 1].map((share) => lengthCell(quantile(lengths, share)));
  return `  ${name.padEnd(16)}${cells.map((text) => text.padStart(10)).join('')}`;
}

/** Nearest rank: a length that occurred, never one between two. A censored one may have been longer than all above it, so it is shown as such from its rank on. */
export function quantile(sorted: readonly Length[], share: number): Length {
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  const found = sorted[rank] as Length;
  return { ms: found.ms, censored: sorted.slice(0, rank + 1).some(({ censored }) => censored) };
}

/** The slowest recovery of a run to stable service; undefined: nothing was broken. */
export function slowestRecovery({ recovery }: Verdict): Length | undefined {
  return recovery.map(stable).toSorted(byLength).at(-1);
}

function stable({ stableMs, unstableMs }: Entry): Length {
  return measured(stableMs, Number(unstableMs ?? Number.POSITIVE_INFINITY));
}

function measured(ms: number | null, atLeast = Number.POSITIVE_INFINITY): Length {
  return ms === null ? { ms: atLeast, censored: true } : { ms, censored: false };
}

/** Shortest first; of equal ones those that may have been longer last. */
export function byLength(a: Length, b: Length): number {
  return a.ms - b.ms || Number(a.censored) - Number(b.censored);
}

/** A length as text; "≥": it may have been longer. */
export function lengthCell({ ms, censored }: Length): string {
  if (!Number.isFinite(ms)) return 'never';
  return `${censored ? '≥ ' : ''}${duration(ms)}`;
}

/** A role falls on another host in each repeat. */
function withoutHosts(target: string): string {
  return target.replace(/ \([^)]*\)/g, '');
}
