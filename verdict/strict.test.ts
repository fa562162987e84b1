import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import { add, get, judged, put, runOf, steady, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
const base: Sketch = { ...tiny(), transactions: [{ id: 'e1', xid: '7', status: 'committed' }], deposed: { db2: ['e1'] } };

/** Judges the tiny record with one more line in a file of it, which must be refused by file, number and reason. */
async function refused(file: string, line: string, reason: RegExp): Promise<void> {
  let number = 0;
  await assert.rejects(
    judged(base, (folder) => {
      const path = join(folder, `${file}.jsonl`);
      appendFileSync(path, `${line}\n`);
      number = readFileSync(path, 'utf8').split('\n').length - 1;
    }),
    (error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.ok(error.message.includes(`${file}.jsonl:${number}: `), error.message);
      assert.match(error.message, reason);
      return true;
    },
    line,
  );
}

const operation = (change: string): string => `{"op":"add","id":"x","client":1,"start":0,"end":1,"outcome":"ok",${change}}`;

describe('a line is refused', { concurrency: 4 }, () => {
  test('whose version is between two', async () => {
    const history = [put('k', 1, 0, 5), put('k', 2, 10, 15), get('k', 1.5, 20, 25)];
    await assert.rejects(judged({ ...base, history: [...base.history, ...history] }), /history\.jsonl:9: version: .*expected int/u);
  });
  test('that looked for less than no time, which must not excuse what is lost', async () => {
    const record = steady();
    const observations = record.observations.map((line) => (line.copy === 'db1' ? { ...line, took: -8_000_000 } : line));
    await assert.rejects(judged({ ...record, observations }), /observations\.jsonl:1: took: .*>=0/u);
  });
  const cases: [file: string, line: string, reason: RegExp][] = [
    ['history', operation('"due":"1"'), /due: .*expected number, received string/u],
    ['history', operation('"due":0.5'), /due: .*expected int/u],
    ['history', operation('"due":9007199254740993'), /due: /u],
    ['history', operation('"attempt":0'), /attempt: .*>=1/u],
    ['history', operation('"found":1'), /found: .*expected boolean/u],
    ['history', operation('"found":"true"'), /found: .*expected boolean/u],
    ['history', operation('"copy":5'), /copy: .*expected string/u],
    ['history', operation('"copy":["db1"]'), /copy: .*expected string/u],
    ['history', operation('"role":"Primary"'), /role: /u],
    ['history', operation('"epoch":NaN'), /expected one JSON object/u],
    ['history', operation('"epoch":1e400'), /epoch: /u],
    ['history', operation('"epoch":1,"epoch":2'), /epoch: duplicate key/u],
    ['history', operation('"xid":"1","x\\u0069d":"2"'), /xid: duplicate key/u],
    ['history', operation('"more":{"a":1,"a":2}'), /a: duplicate key/u],
    ['history', operation('"value":"\\ud800"'), /value: expected Unicode text/u],
    ['history', operation('"more":["\\udc00"]'), /expected Unicode text/u],
    ['history', operation('"__proto__":{"replicated":false}'), /__proto__/u],
    ['history', '{"__proto__":{"op":"add","id":"x","client":1,"start":0,"end":1,"outcome":"ok"}}', /__proto__/u],
    ['history', '{"op":"constructor","id":"x","client":1,"start":0,"end":1,"outcome":"ok"}', /op: /u],
    ['history', '{"op":"list","id":"w","client":1,"start":0,"end":1,"outcome":"ok","items":["a",1]}', /items\.1: /u],
    ['history', '{"op":"dropped","kind":"add","due":1.5}', /due: /u],
    ['history', operation('"due":1').replace('"end":1', '"end":-1'), /ends at -1 µs, before its start/u],
    ['history', `${operation('"due":1')} ${operation('"due":2')}`, /expected one JSON object/u],
    ['observations', '{"at":1,"copy":"db1","up":"true"}', /up: /u],
    ['observations', '{"at":1,"copy":"db1","up":true,"timeline":1.5}', /timeline: /u],
    ['observations', '{"at":1,"backend":"a","status":"UP","took":-1}', /took: /u],
    ['observations', '{"at":1,"backend":"a","status":"up"}', /status: /u],
    ['observations', '{"at":1,"idle":1.5,"took":5}', /idle: /u],
    ['observations', '{"at":1,"idle":0.5,"took":0}', /took: /u],
    ['observations', '{"at":"1","exit":"haproxy","host":"h","fault":null}', /at: /u],
    ['faults', '{"fault":"f","target":"t","state":"applied","at":1.5}', /at: /u],
    ['faults', '{"fault":"f","target":"t","state":"applied","at":1,"began":"0"}', /began: /u],
    ['final/db1', '{"id":7}', /id: /u],
    ['final/db1', '{"id":"e9","version":"2"}', /version: /u],
    ['final/db1', '{"id":"e9","completions":-1}', /completions: /u],
    ['final/db1', '{"id":"e9","count":1.5}', /count: /u],
    ['evidence/transactions', '{"id":"e1","xid":7,"status":"committed"}', /xid: /u],
    ['evidence/transactions', '{"id":"e1","xid":"7","status":"done"}', /status: /u],
    ['evidence/deposed/db2', '{"id":"e1","epoch":0.5}', /epoch: /u],
  ];
  for (const [file, line, reason] of cases) test(`as ${line} in ${file}`, () => refused(file, line, reason));
  test('whose bytes are no UTF-8, or begin with a mark of their order', async () => {
    for (const first of [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a]), Buffer.from('\ufeff{"op":"end","lines":6}\n')])
      await assert.rejects(
        judged(base, (folder) => {
          const path = join(folder, 'history.jsonl');
          writeFileSync(path, Buffer.concat([first, readFileSync(path)]));
        }),
        /history\.jsonl:1: expected (UTF-8|one JSON object)/u,
      );
  });
  test('in a million like it, where all the others are right', async () => {
    const lines = Array.from({ length: 30_000 }, (_, nth) => JSON.stringify(add(`m${nth}`, nth, nth + 1, { status: 201 })));
    lines[23_456] = lines[23_456]!.replace('201', '"201"');
    await assert.rejects(
      judged(base, (folder) => writeFileSync(join(folder, 'history.jsonl'), `${lines.join('\n')}\n`)),
      /history\.jsonl:23457: status: /u,
    );
  });
});

describe('run.json is refused', () => {
  const says = async (change: Line | ((text: string) => string), reason: RegExp): Promise<void> =>
    assert.rejects(
      judged({ ...base, run: typeof change === 'function' ? base.run : runOf(change) }, (folder) => {
        const path = join(folder, 'run.json');
        if (typeof change === 'function') writeFileSync(path, change(readFileSync(path, 'utf8')));
      }),
      (error) => error instanceof UsageError && /run\.json: /u.test(error.message) && reason.test(error.message),
      String(reason),
    );
  test('when a key stands twice, or is inherited', async () => {
    await says((text) => text.replace('"truth":"db1"', '"truth":"db2","truth":"db1"'), /truth: duplicate key/u);
    await says((text) => text.replace('"db2":"replica"', '"__proto__":"replica"'), /__proto__/u);
    await says((text) => text.replace('{', '{"__proto__":{"truth":"db1"},'), /__proto__/u);
  });
  test('when a text is no Unicode, or a number is none', async () => {
    await says((text) => text.replace('"db1"', '"\\ud800"'), /expected Unicode text/u);
    await says({ bounds: { lost: '0' } }, /bounds\.lost: /u);
    await says({ bounds: { lost: 0.5 } }, /bounds\.lost: /u);
    await says({ floors: { coverage: 1.5 } }, /floors\.coverage: /u);
    await says({ lines: { history: 1.5 } }, /lines\.history: /u);
    await says({ catchUpMs: { db2: '5' } }, /catchUpMs\.db2: /u);
  });
  test('when a state is of a copy whose name every object inherits', async () => {
    await assert.rejects(
      judged(base, (folder) => writeFileSync(join(folder, 'final/constructor.jsonl'), '{"id":"e1"}\n')),
      /copy "constructor" is not among "copies"/u,
    );
  });
});
