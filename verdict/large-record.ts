import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { quoted } from './database.ts';

/** Operations a second of a large record: its length grows with their number, as that of a run would. */
const RATE = 20_000;
/** Blocks of six operations between an add and its reads. */
const LAG = 600;
const SAMPLE_US = 100_000;
const SYSTEM = '7711819411979415604';

/** Writes a record of a legal run of so many operations, with every field that a run's own history has; a failover's worth of unknown writes and a lagging replica included. */
export async function writeLargeRecord(folder: string, operations: number): Promise<void> {
  mkdirSync(join(folder, 'final'), { recursive: true });
  const length = Math.ceil((operations / RATE) * 1e6);
  const fault = { from: Math.round(length * 0.4), to: Math.round(length * 0.6) };
  writeRun(folder, operations, length, fault);
  const instance = await DuckDBInstance.create(':memory:', { preserve_insertion_order: 'false' });
  const connection = await instance.connect();
  try {
    const write = async (file: string, query: string): Promise<void> => {
      await connection.run(
        `COPY (${query}) TO ${quoted(join(folder, file))} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')`,
      );
    };
    await write('history.jsonl', history(operations, fault));
    appendFileSync(join(folder, 'history.jsonl'), `${JSON.stringify({ op: 'end', lines: operations })}\n`);
    await write('observations.jsonl', observations(length));
    for (const copy of ['db1', 'db2', 'db3']) await write(`final/${copy}.jsonl`, finalRows(operations, fault));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

type Span = { from: number; to: number };

/*
 * Six operations a block: two adds, then two reads at the primary and two at the replicas of what was added LAG blocks earlier. During the
 * fault every seventh add is unanswered and every fourteenth absent; one of 5,000 elements is late at a replica.
 */
function history(operations: number, fault: Span): string {
  const call = (op: string, took: string): string =>
    `'{"op":"${op}","id":"' || id || '","client":' || (i % 1300) || ',"due":' || due || ',"start":' || (due + 900) || ',"end":' || (due + 900 + ${took})`;
  const who = `,"site":"' || if(i % 2 = 0, 'a', 'b') || '","pod":"api-cf97f6dc8-' || if(i % 2 = 0, '8rndq', 'x2lfz') || '","copy":"`;
  const stamp = `"system":"${SYSTEM}","xid":"' || (80000 + n) || '","timeline":5,"epoch":1`;
  return `
    SELECT CASE
      WHEN place < 2 AND silent THEN ${call('add', '2000000')} || ',"outcome":"unknown","error":"request timeout (k6 error 1050)"}'
      WHEN place < 2 THEN ${call('add', '4000')} || ',"outcome":"ok","status":201${who}db1",${stamp},"lsn":"0/' || to_hex(16777216 + n) || '"}'
      WHEN place < 4 THEN ${call('read', '1500')} || ',"outcome":"ok","status":200,"role":"primary"${who}db1","found":' || there || ',${stamp}}'
      ELSE ${call('read', '1500')} || ',"outcome":"ok","status":200,"role":"replica"${who}' || if(i % 2 = 0, 'db2', 'db3') || '","found":' || (there AND n % 5000 <> 1) || ',${stamp}}'
    END
    FROM (
      SELECT i, place, due, n, ${elementId('n')} AS id, ${silent(fault)} AS silent, NOT (${absent(fault)}) AND due > ${written} + 4000 AS there
      FROM (SELECT i, i % 6 AS place, ${microsOf('i')} AS due, 2 * greatest(0, i // 6 - if(i % 6 < 2, 0, ${LAG})) + i % 2 AS n FROM range(${operations}) AS r(i)))`;
}

const elementId = (n: string): string => `format('large.{}.{}', ${n} % 1000, ${n} // 1000)`;
const microsOf = (i: string): string => `(${i}) * ${1e6 / RATE}`;
/** When the add of element n was due. */
const written = microsOf('n // 2 * 6 + n % 2');
const silent = ({ from, to }: Span): string => `n % 7 = 0 AND ${written} BETWEEN ${from} AND ${to}`;
const absent = (fault: Span): string => `n % 14 = 0 AND ${silent(fault)}`;

function observations(length: number): string {
  const sample = (copy: string, rest: string): string =>
    `SELECT '{"at":' || t || ',"copy":"${copy}","up":true,${rest},"system":"${SYSTEM}","timeline":5,"epoch":1,"sync":true,"startedAt":"A","took":900}' FROM moments`;
  const backend = (name: string): string => `SELECT '{"at":' || t || ',"backend":"${name}","status":"UP","took":900}' FROM moments`;
  const idle = `SELECT '{"at":' || t || ',"idle":0.4,"took":1000000}' FROM range(0, ${length}, 1000000) AS r(t)`;
  return `WITH moments AS (SELECT t FROM range(-${SAMPLE_US}, ${length + 2 * SAMPLE_US}, ${SAMPLE_US}) AS r(t))
    ${[sample('db1', '"writable":true'), ...['db2', 'db3'].map((copy) => sample(copy, '"writable":false')), ...['a/a1', 'b/b1', 'a', 'b'].map(backend), idle].join('\n    UNION ALL\n    ')}`;
}

function finalRows(operations: number, fault: Span): string {
  return `SELECT '{"id":"' || ${elementId('n')} || '","count":1,"xid":"' || (80000 + n) || '","epoch":1,"completions":1}'
    FROM range(${Math.ceil(operations / 6) * 2}) AS r(n) WHERE n // 2 * 6 + n % 2 < ${operations} AND NOT (${absent(fault)})`;
}

function writeRun(folder: string, operations: number, length: number, fault: Span): void {
  const phases = [
    { name: 'before', start: 0, end: fault.from },
    { name: 'during', start: fault.from, end: fault.to },
    { name: 'after', start: fault.to, end: length },
  ];
  const run = {
    format: 1,
    startedAt: '2026-11-01T00:00:00Z',
    truth: 'db1',
    id: `large-${operations}`,
    scenario: `${operations} operations`,
    copies: { db1: 'primary', db2: 'replica', db3: 'replica' },
    phases,
    load: { add: RATE / 3, read: (RATE * 2) / 3 },
    topology: { pattern: 'recommended', replication: 'strict', routing: 'active-active', sites: ['a', 'b'] },
  };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
  const states = {
    intent: fault.from,
    applied: fault.from + 5000,
    verified: fault.from + 100_000,
    healed: fault.to - 100_000,
    gone: fault.to,
  };
  const lines = Object.entries(states).map(([state, at]) => JSON.stringify({ fault: 'freeze', target: 'db1', state, at, id: 'one' }));
  writeFileSync(join(folder, 'faults.jsonl'), `${lines.join('\n')}\n`);
}
