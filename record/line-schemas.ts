import type { z } from 'zod';
import {
  BackendSample,
  CopySample,
  Dropped,
  End,
  ExitSample,
  FaultLine,
  FinalRow,
  MachineSample,
  Operation,
  RunbookLine,
  TransactionLine,
} from './format.ts';

/** Chooses the schema of one line, by what it says that it is. */
type Choice = (line: Readonly<Record<string, unknown>>) => z.ZodObject;

const SCHEMAS: Readonly<Record<string, Choice>> = {
  history: ({ op }) => (op === 'dropped' ? Dropped : op === 'end' ? End : Operation),
  observations: ({ copy, backend, exit }) =>
    isTold(copy) ? CopySample : isTold(backend) ? BackendSample : isTold(exit) ? ExitSample : MachineSample,
  faults: () => FaultLine,
  'evidence/transactions': () => TransactionLine,
  'evidence/runbook': () => RunbookLine,
};

/** The schema of a line of a file, which is known by its name inside the record. */
export function schemaOf(name: string): Choice {
  return SCHEMAS[name] ?? (() => FinalRow);
}

function isTold(value: unknown): boolean {
  return value !== undefined && value !== null;
}
