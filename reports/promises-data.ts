import type { Bounds } from '../record/format.ts';
import type { Finding, Verdict } from '../record/verdict-format.ts';
import { askedPrimary, brokenCount, countOf, isBroken, staleP99Ms, staleReads, stalenessIsKnown, unjudged } from './measured.ts';
import { duration, percent } from './numbers.ts';
import { whole } from './text.ts';

/** A promise in the making. `measured` undefined: not known. `open`: measured, and still not to be judged. */
export type Row = {
  what: string;
  promised: string | undefined;
  measured: string | undefined;
  broken: boolean;
  open?: boolean;
  always?: boolean;
};

/** What was promised and measured of acknowledged writes. */
export function lossRows(verdict: Verdict, { lost: allowed, lostUnreplicated, rpoMs, shownUnconfirmed }: Bounds, known: boolean): Row[] {
  const lost = known ? countOf(verdict, 'lost') : undefined;
  const finding = verdict.findings.find(({ class: name }) => name === 'lost');
  const age = lost === 0 ? 0 : Number(finding?.worst ?? Number.NaN);
  const broken = isBroken(verdict, 'lost');
  const tooMany = broken && (lost ?? 0) > (allowed ?? 0);
  const promisedLosses = allowed === undefined ? '0, always' : allowed === 0 ? '0' : atMost(allowed, whole);
  const tooOld = broken && rpoMs !== undefined && (age > rpoMs || !tooMany);
  return [
    {
      what: 'Acknowledged writes lost',
      promised: promisedLosses,
      measured: shown(lost, whole),
      broken: tooMany,
      always: allowed === undefined,
    },
    ...(verdict.availability.byKind.put === undefined
      ? []
      : [
          {
            what: 'Keys whose acknowledged value was lost',
            promised: promisedLosses,
            measured: known ? whole(countOf(verdict, 'lost-update')) : undefined,
            broken: isBroken(verdict, 'lost-update'),
            always: allowed === undefined,
          },
        ]),
    {
      what: 'Writes lost that nobody promised to replicate',
      promised: atMost(lostUnreplicated, whole),
      measured:
        known && (lostUnreplicated !== undefined || verdict.writes.accepted > 0) ? whole(countOf(verdict, 'lost-unreplicated')) : undefined,
      broken: isBroken(verdict, 'lost-unreplicated'),
    },
    ...(shownUnconfirmed === undefined
      ? []
      : [
          {
            what: 'Unconfirmed writes that a replica showed and that were lost',
            promised: atMost(shownUnconfirmed, whole),
            measured: known ? whole(countOf(verdict, 'read-then-lost', isUnexplained)) : undefined,
            broken: isBroken(verdict, 'read-then-lost', isUnexplained),
          },
        ]),
    {
      what: 'Age of the oldest lost write at the fault',
      promised: atMost(rpoMs, duration),
      measured: known && !Number.isNaN(age) ? duration(age) : undefined,
      broken: tooOld,
    },
  ];
}

/** What was promised and measured of reads. */
export function stalenessRows(verdict: Verdict, { stalePrimary, staleReplica, staleRestarting, staleReplicaP99Ms }: Bounds): Row[] {
  const reads = stalenessIsKnown(verdict) ? staleReads(verdict) : undefined;
  const ofReplica = (finding: Finding) => finding.witnesses.length > 0 && !askedPrimary(finding);
  const broken = isBroken(verdict, 'stale', ofReplica);
  /* Reads of a restarting copy have a bound of their own and the same class. */
  const tooMany = broken && staleRestarting !== undefined && (reads?.restarting ?? 0) > staleRestarting;
  return [
    {
      what: 'Stale reads from the primary',
      promised: stalePrimary === undefined ? '0, always' : whole(stalePrimary),
      measured: shown(reads?.primary, whole),
      broken: isBroken(verdict, 'stale', askedPrimary),
      always: stalePrimary === undefined,
    },
    {
      what: 'Stale reads from replicas',
      promised: atMost(staleReplica, whole),
      measured: shown(reads?.replica, whole),
      broken: broken && (reads?.replica ?? 0) > (staleReplica ?? 0),
      open: unjudged(verdict, 'staleReplica'),
    },
    {
      what: 'Stale reads from a restarting replica',
      promised: atMost(staleRestarting, whole),
      measured: shown(reads?.restarting, whole),
      broken: tooMany,
    },
    {
      what: 'Replica staleness, 99 of 100 within',
      promised: atMost(staleReplicaP99Ms, duration),
      measured: shown(staleP99Ms(verdict), duration),
      broken: isBroken(verdict, 'stale', ({ witnesses }) => witnesses.length === 0),
      open: unjudged(verdict, 'staleReplicaP99Ms'),
    },
  ];
}

/* Judged in every run, whatever its bounds say: class, words, whether the final state is needed. */
const ALWAYS: readonly (readonly [string, string, boolean])[] = [
  ['split-brain', 'Writes acknowledged by two writers at once', false],
  ['read-then-lost', 'Writes seen by a read and lost', true],
  ['duplicated', 'Writes present more than once', true],
  ['phantom', 'Failed writes that are present', true],
  ['unexpected', 'Rows nobody wrote', true],
  ['never-written', 'Reads that showed what nobody wrote', false],
  ['wrong-row', 'Reads that showed the row of another write', false],
  ['not-primary', 'Answers of the primary that a standby gave', false],
  ['unfinished', 'Changes whose job was never completed', true],
  ['missing-at-copy', 'Rows missing or different at another copy', true],
  ['extra-at-copy', 'Rows at another copy only', true],
  ['non-monotonic', 'Reads that went back in time at one copy', false],
  ['misrouted', 'Answers from a wrong site, sites without a share', false],
];

/** Classes that no run may show; `known`: a final state was read. */
export function everyRunRows(verdict: Verdict, known: boolean): Row[] {
  const classes = verdict.availability.byKind.list === undefined ? ALWAYS : [...ALWAYS, ...OF_LISTS];
  return classes.map(([name, what, needsFinal]) => ({
    what,
    promised: '0, always',
    measured: (needsFinal && !known) || verdict.availability.offered === 0 ? undefined : whole(brokenCount(verdict, name)),
    broken: isBroken(verdict, name),
    always: true,
  }));
}

/* Only a run with lists can show them. */
const OF_LISTS = [
  ['skipped', 'Lists that skipped a write', true],
  ['broken-list', 'Lists that repeated, disordered or overfilled', false],
] as const;

/** A measured figure in words; undefined when there is none. */
export function shown(measured: number | null | undefined, format: (value: number) => string): string | undefined {
  return measured === null || measured === undefined ? undefined : format(measured);
}

/** An upper bound in words; undefined when there is none. */
export function atMost(bound: number | undefined, format: (value: number) => string): string | undefined {
  return bound === undefined ? undefined : bound === 0 ? format(0) : `≤ ${format(bound)}`;
}

/** A lower bound, a ratio, in words; undefined when there is none. */
export function atLeast(bound: number | undefined): string | undefined {
  return bound === undefined ? undefined : `≥ ${percent(bound)}`;
}

const isUnexplained = ({ root }: Finding): boolean => root === undefined;
