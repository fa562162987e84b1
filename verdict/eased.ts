import { DEFAULT_DEADLINE_MS, type Run } from '../record/format.ts';
import type { Eased, Finding } from '../record/verdict-format.ts';
import { DEFAULT_FLOORS } from './settings.ts';

/** Promises that every record makes unless it says otherwise: none may be lost, none be stale, none be shown and then be gone. */
const DEFAULT_BOUNDS = { lost: 0, stalePrimary: 0, shownUnconfirmed: 0 } as const;

/** Classes of losses that a bound, or degraded replication, may excuse. */
const LOSSES = new Set(['lost', 'lost-update', 'lost-unreplicated', 'read-then-lost']);

/** Where a record demands less evidence than usual, or promises less: its floors below the defaults, and its bounds above them. */
export function easedBy({ floors, bounds, deadlineMs = DEFAULT_DEADLINE_MS }: Run): Eased[] {
  const lower = Object.entries(DEFAULT_FLOORS).flatMap(([name, usual]) => {
    const given = floors[name as keyof typeof DEFAULT_FLOORS] ?? usual;
    return given < usual ? [{ what: 'floor' as const, name, given, usual }] : [];
  });
  const wider = Object.entries(DEFAULT_BOUNDS).flatMap(([name, usual]) => {
    const given = bounds[name as keyof typeof DEFAULT_BOUNDS] ?? usual;
    return given > usual ? [{ what: 'bound' as const, name, given, usual }] : [];
  });
  const longer = deadlineMs > DEFAULT_DEADLINE_MS;
  return [
    ...lower,
    ...wider,
    ...(longer ? [{ what: 'bound' as const, name: 'deadlineMs', given: deadlineMs, usual: DEFAULT_DEADLINE_MS }] : []),
  ];
}

/** Says aloud what a reader of the verdict must know of it: what the record eased, and losses that were excused. They decide nothing. */
export function easedInWords(eased: readonly Eased[], findings: readonly Finding[]): string[] {
  const told = (kind: Eased['what'], words: string): string[] => {
    const list = eased.filter(({ what }) => what === kind).map(({ name, given, usual }) => `${name} ${given} (usually ${usual})`);
    return list.length === 0 ? [] : [`note: ${words}: ${list.join(', ')}`];
  };
  const excused = findings.filter(({ class: name, breaks, root }) => LOSSES.has(name) && !breaks && root === undefined);
  return [
    ...told('floor', 'this record demands less evidence than usual'),
    ...told('bound', 'this record promises less than usual'),
    ...excused.map(({ message }) => `note: excused, not broken: ${message}`),
  ];
}
