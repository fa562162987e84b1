import { lstatSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { UsageError, messageOf } from '../support/errors.ts';
import { readOrdinary } from '../support/files.ts';
import { findLines, findStates, insidePath, type RecordFile } from './files.ts';
import { PHASE_NAMES, RECORD_FORMAT, Run } from './format.ts';
import { textProblem } from './json-text.ts';
import { withoutNullsInside } from './nulls.ts';

/** An opened run record: what run.json says, and where its other files are. */
export type RecordFolder = {
  folder: string;
  run: Run;
  history: RecordFile | undefined;
  observations: RecordFile | undefined;
  faults: RecordFile | undefined;
  /** final states by copy; copies that are gone are left out */
  finals: Map<string, RecordFile>;
  /** what stands in final/ of copies that are gone */
  gone: Map<string, RecordFile>;
  /** what the truth says of the transactions of writes, where somebody asked it */
  transactions: RecordFile | undefined;
  /** what runbooks and administrators did while the run lasted */
  runbook: RecordFile | undefined;
  /** what copies held when they were deposed as primary */
  deposed: Map<string, RecordFile>;
};

/** Opens a run record; what is no record, or one of a newer format, is refused with the file and the reason. */
export function openRecord(folder: string): RecordFolder {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`${folder}: expected the folder of a run record, but there is no such folder`);
  }
  const run = readRun(folder);
  const finals = findStates(folder, 'final');
  const gone: RecordFolder['gone'] = new Map();
  for (const [copy, role] of Object.entries(run.copies ?? {})) {
    checkCopyName(folder, copy);
    const file = finals.get(copy);
    if (role !== 'gone' || file === undefined) continue;
    gone.set(copy, file);
    finals.delete(copy);
  }
  for (const [copy, file] of finals) {
    if (run.copies !== undefined && !Object.hasOwn(run.copies, copy)) {
      throw new UsageError(
        `${join(folder, file.label)}: copy "${copy}" is not among "copies" in run.json; name its role there, or remove the file`,
      );
    }
  }
  return {
    folder: realpathSync(folder),
    run,
    history: findLines(folder, 'history'),
    observations: findLines(folder, 'observations'),
    faults: findLines(folder, 'faults'),
    finals,
    gone,
    transactions: findLines(folder, 'evidence/transactions'),
    runbook: findLines(folder, 'evidence/runbook'),
    deposed: findStates(folder, 'evidence/deposed'),
  };
}

/** Every file of lines that a record has. */
export function filesOf({ history, observations, faults, transactions, runbook, finals, gone, deposed }: RecordFolder): RecordFile[] {
  return [history, observations, faults, transactions, runbook, ...finals.values(), ...gone.values(), ...deposed.values()].filter(
    (file) => file !== undefined,
  );
}

/** Reads and checks run.json alone. */
export function readRun(folder: string): Run {
  const path = join(folder, 'run.json');
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new UsageError(`${folder}: not a run record: it has no run.json (docs/record-format.md shows a minimal record)`);
  }
  let json: unknown;
  try {
    const text = readOrdinary(insidePath(folder, 'run.json'));
    json = JSON.parse(text);
    const strange = textProblem(text);
    if (strange !== undefined) throw new UsageError(`${path}: ${strange}; docs/record-format.md describes each field`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: expected JSON, but ${messageOf(error)}; repair the file or take the record again`, { cause: error });
  }
  const version = (json as { format?: unknown } | null)?.format;
  if (typeof version === 'number' && version > RECORD_FORMAT) {
    throw new UsageError(
      `${path}: the record has format ${version}, this version reads up to format ${RECORD_FORMAT}; use a newer holdfast`,
    );
  }
  if (version !== RECORD_FORMAT) {
    throw new UsageError(`${path}: expected "format": ${RECORD_FORMAT}, got ${JSON.stringify(version)}; not a run record of this suite`);
  }
  const parsed = Run.safeParse(withoutNullsInside(json));
  if (!parsed.success) {
    throw new UsageError(`${path}: ${reasonOf(parsed.error)}; docs/record-format.md describes each field`);
  }
  checkPhases(path, parsed.data);
  const share = parsed.data.bounds.share;
  if (share !== undefined && share[0] > share[1]) {
    throw new UsageError(`${path}: bounds.share: expected [min, max], got [${share.join(', ')}]`);
  }
  return parsed.data;
}

/** All complaints of a schema as one phrase: field, what was expected. */
export function reasonOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.length === 0 ? 'line' : issue.path.join('.')}: ${issue.message}`).join('; ');
}

function checkPhases(path: string, run: Run): void {
  let previous: { name: (typeof PHASE_NAMES)[number]; end: number } | undefined;
  for (const phase of run.phases ?? []) {
    if (phase.end <= phase.start) {
      throw new UsageError(`${path}: phase "${phase.name}" ends at ${phase.end} µs, not after its start at ${phase.start} µs`);
    }
    if (previous !== undefined && PHASE_NAMES.indexOf(phase.name) <= PHASE_NAMES.indexOf(previous.name)) {
      throw new UsageError(
        `${path}: phase "${phase.name}" stands after "${previous.name}"; expected each once, in the order ${PHASE_NAMES.join(', ')}`,
      );
    }
    if (previous !== undefined && phase.start < previous.end) {
      throw new UsageError(
        `${path}: phase "${phase.name}" starts at ${phase.start} µs, before "${previous.name}" ends at ${previous.end} µs`,
      );
    }
    previous = phase;
  }
}

function checkCopyName(folder: string, copy: string): void {
  if (copy === '' || copy.startsWith('.') || /[/\\\0]/u.test(copy)) {
    throw new UsageError(
      `${join(folder, 'run.json')}: copies: "${copy}" cannot name a file in final/; use letters, digits, "-", "_" and "."`,
    );
  }
}
