import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { z } from 'zod';
import { lineProblem } from './check-lines.ts';
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
import { schemaOf } from './line-schemas.ts';
import { Shapes } from './shapes.ts';

const LINES = Number(process.env.HOLDFAST_HISTORIES ?? 20) * 300;

const FILES: readonly (readonly [file: string, schema: z.ZodObject])[] = [
  ['history', Operation],
  ['history', Dropped],
  ['history', End],
  ['observations', CopySample],
  ['observations', BackendSample],
  ['observations', ExitSample],
  ['observations', MachineSample],
  ['faults', FaultLine],
  ['final/db1', FinalRow],
  ['evidence/transactions', TransactionLine],
  ['evidence/runbook', RunbookLine],
];

/* JSON of every type and at every edge of the ranges; most fields take none of them. */
const VALUES = [
  ...['0', '1', '-1', '7', '1.0', '1.5', '-0', '1e3', '1E400', '0.25', '999999999999999', '9007199254740991', '9007199254740992'],
  ...['-9007199254740993', '01', '+1', '.5', '5.', 'NaN', 'Infinity', 'true', 'false', 'null', '"5"', '"true"', '""', '"a"', '"ö"'],
  ...[
    '"\\u00f6"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"\\""',
    '"\\x"',
    '"\t"',
    '[]',
    '["a"]',
    '["a", "b"]',
    '[1]',
    '["\\udc00"]',
    '{}',
    '{"a":1}',
  ],
  ...['"add"', '"ADD"', '"ok"', '"read"', '"dropped"', '"end"', '"primary"', '"replica"', '"intent"', '"committed"', '"UP"', '"promote"'],
];

const one = <T>(list: readonly T[]): T => list[randomInt(list.length)] as T;

/** A value that the schema of a field takes, of those above. */
function good(schema: z.ZodType): string {
  const fit = VALUES.filter((value) => {
    try {
      return schema.safeParse(JSON.parse(value)).success;
    } catch {
      return false;
    }
  });
  return fit.length === 0 ? '{}' : one(fit);
}

/** A line with the fields that it must have, some that it may, and now and then a mistake. */
function drawn(schema: z.ZodObject): string {
  const kept = Object.entries(schema.shape as Record<string, z.ZodType>).filter(
    ([, field]) => field.safeParse(undefined).success === false || randomInt(3) === 0,
  );
  const spoilt = randomInt(2) === 0 ? randomInt(kept.length) : -1;
  const fields = kept.map(([key, field], place) => [key, place === spoilt ? one(VALUES) : good(field)] as const);
  const more = randomInt(4) === 0 ? [[one(['more', '__proto__', 'id', 'constructor', 'at']), one(VALUES)] as const] : [];
  const [comma, colon] = one([
    [',', ':'],
    [', ', ': '],
  ] as const);
  return `{${[...fields, ...more].map(([key, value]) => `"${key}"${colon}${value}`).join(comma)}}`;
}

test('a line that passes by its shape passes by the schema', () => {
  let passed = 0;
  for (const [file, schema] of FILES) {
    const shapes = new Shapes();
    for (let nth = 0; nth < LINES / FILES.length; nth++) {
      const line = drawn(schema);
      const problem = lineProblem(file, line);
      const text = Buffer.from(`${line}\n`).toString('latin1');
      const end = shapes.endOf(text, 0);
      if (end !== undefined) {
        passed++;
        assert.equal(end, text.length, line);
        assert.ok(problem === undefined || problem.startsWith('the operation ends at'), `${line}: ${problem}`);
      }
      if (problem === undefined) shapes.learn(line, schemaOf(file)(JSON.parse(line) as Record<string, unknown>));
    }
  }
  assert.ok(passed > LINES / 100, `only ${passed} lines had a known shape`);
});
test('the lines of a load generator have a few shapes', () => {
  const shapes = new Shapes();
  const add = (nth: number, more: string): string =>
    `{"op":"add","id":"r.${nth}","client":${nth},"due":${nth},"start":${nth * 7},"end":${nth * 8},"outcome":"ok"${more}}`;
  shapes.learn(add(1, ',"status":201,"site":"a","error":"said \\"no\\""'), Operation);
  const text = `${add(22, ',"status":503,"site":"bü","error":"ö"')}\r\n${add(3, ',"status":"201","site":"a","error":""')}\n`;
  const end = shapes.endOf(text, 0);
  assert.equal(end, text.indexOf('\n') + 1);
  assert.equal(shapes.endOf(text, end ?? 0), undefined);
});
