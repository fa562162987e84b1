import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { z } from 'zod';
import * as format from '../record/format.ts';
import { sqlFile } from './database.ts';
import { faultsLoader, historyLoader, observationsLoader, stateLoader, transactionsLoader, type Loader } from './columns.ts';

type Shape = Readonly<Record<string, z.ZodType>>;

const { Operation, Dropped, End, CopySample, BackendSample, ExitSample, MachineSample, FaultLine, FinalRow, TransactionLine, RunbookLine } =
  format;
const FILES: readonly { loader?: Loader; heading: string; shapes: readonly Shape[] }[] = [
  { loader: historyLoader, heading: 'history.jsonl', shapes: [Operation, Dropped, End].map(({ shape }) => shape) },
  {
    loader: observationsLoader,
    heading: 'observations.jsonl',
    shapes: [CopySample, BackendSample, ExitSample, MachineSample].map(({ shape }) => shape),
  },
  { loader: faultsLoader, heading: 'faults.jsonl', shapes: [FaultLine.shape] },
  { loader: stateLoader('source_rows', "'db1'"), heading: 'final/&lt;copy&gt;.jsonl', shapes: [FinalRow.shape] },
  { loader: stateLoader('deposed_rows', "'db1'"), heading: 'final/&lt;copy&gt;.jsonl', shapes: [FinalRow.shape] },
  { loader: transactionsLoader, heading: 'evidence/transactions.jsonl', shapes: [TransactionLine.shape] },
  { heading: 'evidence/runbook.jsonl', shapes: [RunbookLine.shape] },
];

/** The words of each type of tables.sql that is a list of words. */
const WORDS = new Map(
  [...sqlFile('tables.sql').matchAll(/^CREATE TYPE (\w+) AS ENUM \(([^)]*)\)/gmu)].map(([, name = '', list = '']) => [
    name,
    [...list.matchAll(/'([^']*)'/gu)].map(([, word = '']) => word),
  ]),
);

/** The types of column that take every one of some words. */
function typesOfWords(words: readonly string[]): string[] {
  return ['VARCHAR', ...[...WORDS].flatMap(([name, list]) => (words.every((word) => list.includes(word)) ? [name] : []))];
}

/** The types of column that take every value of a field. */
function columnsFor(field: z.ZodType): readonly string[] {
  const { def } = field as unknown as { def: { type: string; innerType?: z.ZodType; entries?: Record<string, string>; values?: string[] } };
  if (def.innerType !== undefined) return columnsFor(def.innerType);
  const whole = (field as z.ZodNumber).format === 'safeint';
  const types: Readonly<Record<string, readonly string[]>> = {
    string: ['VARCHAR'],
    enum: typesOfWords(Object.values(def.entries ?? {})),
    literal: typesOfWords(def.values ?? []),
    boolean: ['BOOLEAN'],
    array: ['VARCHAR[]'],
    number: whole ? ['BIGINT', 'DOUBLE'] : ['DOUBLE'],
  };
  return types[def.type] ?? [];
}

test('what is read of a line is in the schema that lines are checked by, with a type that takes it', () => {
  for (const { loader, heading, shapes } of FILES) {
    for (const [name, type] of Object.entries(loader?.fields ?? {})) {
      const fields = shapes.flatMap((shape) => shape[name] ?? []);
      assert.ok(fields.length > 0, `${heading}: "${name}" is read, and not checked`);
      for (const field of fields) assert.ok(columnsFor(field).includes(type), `${heading}: ${name} ${type}`);
    }
  }
});
test('the docs name every field of the schema, and no other', () => {
  const docs = readFileSync(join(import.meta.dirname, '..', 'docs', 'record-format.md'), 'utf8');
  for (const { heading, shapes } of FILES) {
    const section = docs.split(/^## /mu).find((part) => part.startsWith(`${heading}\n`));
    assert.ok(section !== undefined, heading);
    const names = new Set(shapes.flatMap((shape) => Object.keys(shape)));
    for (const name of names) assert.match(section, new RegExp(`[\`"]${name}[\`"]`, 'u'), `${heading}: ${name}`);
    for (const [, quoted = ''] of section.matchAll(/"([a-zA-Z]+)"[:,}]/gu)) {
      const isValue = new RegExp(`: "${quoted}"|\\["${quoted}"|, "${quoted}"\\]`, 'u').test(section);
      assert.ok(names.has(quoted) || isValue, `${heading}: the docs name "${quoted}"`);
    }
  }
  const table = docs.split(/^## /mu).find((part) => part.startsWith('history.jsonl'));
  const rows = [...(table ?? '').matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gmu)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/\w+/gu)].map(([name]) => name),
  );
  assert.deepEqual(rows.sort(), Object.keys(Operation.shape).sort());
});
