import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, truncateSync, statSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { add, classesOf, judged, NO_FLOORS, page, read, runOf, steady, tiny } from './testing.ts';

const base = tiny();
const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((item, index) => ({ item, key: (index * 7919) % 1009 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

describe('final states that are the same byte by byte', { concurrency: 4 }, () => {
  const failed = add('e4', 80, 90, { outcome: 'failed' });
  const sketches = {
    duplicated: tiny({ final: { db1: ['e1', 'e1', 'e2', 'e3'], db2: ['e1', 'e1', 'e2', 'e3'] } }),
    unexpected: tiny({ final: { db1: ['e1', 'e2', 'e3', 'x1'], db2: ['e1', 'e2', 'e3', 'x1'] } }),
    phantom: tiny({ history: [...base.history, failed], final: { db1: ['e1', 'e2', 'e3', 'e4'], db2: ['e1', 'e2', 'e3', 'e4'] } }),
    lost: tiny({ final: { db1: ['e1', 'e2'], db2: ['e1', 'e2'] } }),
    'missing-at-copy': tiny({ final: { db1: ['e1', 'e2', 'e3'], db2: ['e1', 'e2'] } }),
    'extra-at-copy': tiny({ final: { db1: ['e1', 'e2'], db2: ['e1', 'e2', 'e3'] } }),
    nothing: base,
  };
  for (const [name, sketch] of Object.entries(sketches)) {
    test(`are judged as if each had been read: ${name}`, async () => {
      const shared = await judged(sketch);
      const apart = await judged(sketch, (folder) => appendFileSync(join(folder, 'final/db2.jsonl'), '\n'));
      assert.deepEqual(shared, apart);
      assert.equal(
        shared.findings.some((finding) => finding.class === name),
        name !== 'nothing',
      );
    });
  }
  test('name each copy that holds what none should', async () => {
    const { findings } = await judged(sketches.duplicated);
    assert.deepEqual(
      findings.filter((finding) => finding.class === 'duplicated').map(({ copy }) => copy),
      ['db1', 'db2'],
    );
    const unexpected = (await judged(sketches.unexpected)).findings.find((finding) => finding.class === 'unexpected');
    assert.equal(unexpected?.witnesses[0]?.copies, 'db1, db2');
  });
  test('are not taken for the same where only one of them is compressed', async () => {
    const text = '{"id":"e1"}\n{"id":"e2"}\n{"id":"e3"}\n';
    const verdict = await judged(base, (folder) => {
      rmSync(join(folder, 'final/db2.jsonl'));
      writeFileSync(join(folder, 'final/db1.jsonl'), text);
      writeFileSync(join(folder, 'final/db2.jsonl.gz'), gzipSync(text));
    });
    assert.equal(verdict.verdict, 'pass');
  });
});

describe('what became of an element', { concurrency: 4 }, () => {
  test('one ok attempt decides over all others, in any order', async () => {
    const attempts = [
      add('e4', 80, 90, { outcome: 'failed' }),
      add('e4', 100, 110, { outcome: 'unknown', attempt: 2 }),
      add('e4', 120, 130, { attempt: 3 }),
    ];
    const verdict = await judged(tiny({ history: [...attempts, ...base.history] }));
    assert.deepEqual(classesOf(verdict).breaking, ['lost']);
    assert.equal(verdict.findings[0]?.witnesses[0]?.start, 120);
  });
  test('unknown adds are resolved against the truth, and both ends are legal', async () => {
    const verdict = await judged(
      tiny({
        history: [...base.history, add('e4', 80, 90, { outcome: 'unknown' }), add('e5', 80, 90, { outcome: 'unknown' })],
        final: { db1: ['e1', 'e2', 'e3', 'e4'], db2: ['e1', 'e2', 'e3', 'e4'] },
      }),
    );
    assert.equal(verdict.verdict, 'pass');
    assert.deepEqual(
      { ...verdict.writes },
      { acknowledged: 3, accepted: 0, failed: 0, unknown: 2, recovered: 1, vanished: 1, acceptedVanished: 0 },
    );
  });
  test('an answer given without waiting for replication is no ack: its loss is counted and shown, not judged', async () => {
    const verdict = await judged(tiny({ history: [...base.history, add('e4', 80, 90, { replicated: false, status: 202 })] }));
    assert.equal(verdict.verdict, 'pass');
    assert.equal(verdict.writes.acceptedVanished, 1);
    assert.match(verdict.reasons.join('\n'), /1 add answered without waiting for replication \(202\), of which 1 are absent/u);
    assert.equal(verdict.availability.event, 1);
    assert.equal(verdict.availability.accepted, 1);
  });
  test('a repeat that waited for replication makes it an ack', async () => {
    const verdict = await judged(
      tiny({ history: [...base.history, add('e4', 80, 90, { replicated: false }), add('e4', 100, 110, { attempt: 2 })] }),
    );
    assert.deepEqual(classesOf(verdict).breaking, ['lost']);
  });
  test('nothing but answers without replication decides nothing', async () => {
    const verdict = await judged(
      tiny({ history: base.history.map((line) => (line.op === 'add' ? { ...line, replicated: false } : line)) }),
    );
    assert.equal(verdict.verdict, 'inconclusive');
    assert.match(verdict.reasons[0] ?? '', /none was acknowledged as replicated/u);
  });
  test('repeats of one call are offered once, and are ok if one of them is', async () => {
    const call = (id: string, attempt: number, start: number, outcome: string) => add(id, start, start + 50, { due: 80, attempt, outcome });
    const repeats = [call('e4', 1, 80, 'unknown'), call('e4', 2, 200, 'ok'), call('e5', 2, 80, 'failed'), call('e5', 3, 200, 'unknown')];
    const final = { db1: ['e1', 'e2', 'e3', 'e4'], db2: ['e1', 'e2', 'e3', 'e4'] };
    const { availability, verdict } = await judged(tiny({ history: [...base.history, ...repeats], final }));
    assert.deepEqual(
      [verdict, availability.offered, availability.ok, availability.unknown, availability.latency?.max],
      ['pass', 8, 7, 1, 0.17],
    );
  });
  test('reads that saw an element before its loss and miss it afterwards are no stale reads', async () => {
    const history = [...base.history, read('e1', 20, 25, { role: 'primary' }), read('e1', 90, 95, { role: 'primary', found: false })];
    const verdict = await judged(tiny({ history, final: { db1: ['e2', 'e3'], db2: ['e2', 'e3'] } }));
    assert.deepEqual(classesOf(verdict).breaking, ['lost']);
  });
  test('the age of a loss is counted to the fault that followed', async () => {
    const run = (rpoMs: number) =>
      runOf({
        floors: NO_FLOORS,
        bounds: { lost: 5, rpoMs },
        phases: [
          { name: 'before', start: 0, end: 3000 },
          { name: 'during', start: 3000, end: 6000 },
          { name: 'after', start: 6000, end: 9000 },
        ],
      });
    const faults = [
      ['intent', 3000],
      ['applied', 3010],
      ['verified', 3020],
      ['gone', 5000],
    ].map(([state, at]) => ({ fault: 'f', target: 't', state, at }));
    const history = [...base.history, add('m', 3500, 3600), add('n', 7000, 7010), read('n', 7020, 7030)];
    const final = { db1: ['e1', 'm', 'n'], db2: ['e1', 'm', 'n'] };
    const verdict = await judged(tiny({ run: run(3), history, faults, final }));
    assert.equal(verdict.verdict, 'pass');
    assert.equal(verdict.findings[0]?.count, 2);
    assert.match(verdict.findings[0]?.message ?? '', /oldest loss 2\.98 ms before the fault/u);
    assert.deepEqual(classesOf(await judged(tiny({ run: run(2.9), history, faults, final }))).breaking, ['lost']);
  });
  test('a versioned key read older than known is stale, one read newer is not', async () => {
    const put = (version: number, start: number) => ({ op: 'put', id: 'k', client: 1, start, end: start + 5, outcome: 'ok', version });
    const get = (version: number, start: number) => ({
      op: 'get',
      id: 'k',
      client: 1,
      start,
      end: start + 1,
      outcome: 'ok',
      found: true,
      version,
      role: 'primary',
    });
    const final = { db1: ['e1', 'e2', 'e3', { id: 'k', version: 2 }], db2: ['e1', 'e2', 'e3', { id: 'k', version: 2 }] };
    const history = [...base.history, put(1, 100), put(2, 200), get(1, 205), get(2, 204)];
    assert.equal((await judged(tiny({ history, final }))).verdict, 'pass');
    const verdict = await judged(tiny({ history: [...history, get(1, 210)], final }));
    assert.deepEqual(classesOf(verdict).breaking, ['stale']);
    assert.match(verdict.findings[0]?.message ?? '', /known for up to 0\.005 ms/u);
  });
});

describe('lines as they come', { concurrency: 4 }, () => {
  const ids = [
    "o'hara",
    'quo"te',
    '\u00f6',
    'o\u0308',
    '数',
    '😀',
    '\u0000',
    'a\nb',
    '$1',
    "'; DROP TABLE ops; --",
    '',
    ' ',
    '%',
    '__proto__',
  ];
  const odd = tiny({ history: ids.map((id, index) => add(id, index * 10, index * 10 + 5)), final: { db1: ids, db2: ids } });

  test('ids of any Unicode are told apart', async () => {
    assert.equal((await judged(odd)).verdict, 'pass');
    const verdict = await judged({ ...odd, final: { db1: ids.slice(1), db2: ids.slice(1) } });
    assert.deepEqual(
      verdict.findings.map((finding) => [finding.class, finding.witnesses[0]?.id]),
      [['lost', "o'hara"]],
    );
  });
  test('ids of any Unicode are found in lists', async () => {
    const seen = ids.length * 10;
    assert.equal((await judged({ ...odd, history: [...odd.history, page(ids, seen, seen + 5, { limit: 100 })] })).verdict, 'pass');
    const verdict = await judged({ ...odd, history: [...odd.history, page(ids.slice(1), seen, seen + 5, { limit: 100 })] });
    assert.deepEqual(
      verdict.findings.map((finding) => [finding.class, finding.witnesses.at(-1)?.skipped]),
      [['skipped', "o'hara"]],
    );
  });
  test('shuffled and compressed lines give the same verdict, to the byte', async () => {
    const sketch = steady();
    const spoilt = {
      ...sketch,
      history: [...sketch.history.slice(0, -3), read('c0-0', 5000, 5100, { found: false, role: 'primary' }), ...sketch.history.slice(-2)],
      final: { db1: sketch.final.db1 ?? [], db2: sketch.final.db1?.slice(1) ?? [] },
    };
    const first = await judged(spoilt);
    const second = await judged({
      ...spoilt,
      gzip: true,
      history: shuffled(spoilt.history),
      observations: shuffled(spoilt.observations),
      faults: shuffled(spoilt.faults ?? []),
      final: { db1: shuffled(spoilt.final.db1), db2: shuffled(spoilt.final.db2) },
    });
    assert.equal(first.verdict, 'fail');
    assert.equal(JSON.stringify(second), JSON.stringify(first));
  });
  test('a line that stands there twice is one operation', async () => {
    const stale = read('e1', 90, 95, { found: false, role: 'primary' });
    const verdict = await judged(tiny({ history: [...base.history, ...base.history, stale, stale] }));
    assert.equal(verdict.availability.offered, 7);
    assert.equal(verdict.findings[0]?.count, 1);
  });
  test('a history without its closing line is cut, and never passes', async () => {
    const verdict = await judged({ ...base, end: null });
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(verdict.reasons[0] ?? '', /no closing line: it was cut after 6 lines/u);
  });
  test('a wrong number of lines is no full history', async () => {
    const verdict = await judged({ ...base, end: 7 });
    assert.equal(verdict.verdict, 'inconclusive');
    assert.match(verdict.reasons[0] ?? '', /holds 6 lines, its closing line says 7/u);
  });
  test('a history cut inside a line or inside its compression is judged as far as it goes', async () => {
    for (const gzip of [false, true]) {
      const verdict = await judged({ ...base, gzip, final: { db1: ['e2', 'e3'], db2: ['e2', 'e3'] } }, (folder) => {
        const path = join(folder, `history.jsonl${gzip ? '.gz' : ''}`);
        truncateSync(path, statSync(path).size - (gzip ? 12 : 5));
      });
      assert.deepEqual(classesOf(verdict).breaking, ['lost'], verdict.reasons.join('\n'));
      assert.match(verdict.reasons.join('\n'), /no closing line/u);
    }
  });
  test('what a dead load generator may have sent unrecorded is excused, what it cannot have sent is not', async () => {
    const history = [add('c1-7', 0, 10), add('c1-9', 20, 30)];
    const final = (extra: string) => ({ db1: ['c1-7', 'c1-9', extra], db2: ['c1-7', 'c1-9', extra] });
    const excused = await judged(tiny({ history, end: null, final: final('c1-10') }));
    assert.equal(excused.verdict, 'inconclusive');
    assert.ok(excused.findings.some((finding) => finding.class === 'unexpected' && !finding.breaks));
    assert.deepEqual(classesOf(await judged(tiny({ history, end: null, final: final('c1-8') }))).breaking, ['unexpected']);
    assert.deepEqual(classesOf(await judged(tiny({ history, final: final('c1-10') }))).breaking, ['unexpected']);
  });
});

describe('final states', { concurrency: 4 }, () => {
  test('without the truth nothing is lost, and nothing is proven', async () => {
    const verdict = await judged({ ...base, final: { db2: ['e1'] } });
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(verdict.reasons[0] ?? '', /final state of copy "db1", the truth, is missing/u);
  });
  test('without the truth a stale read of the primary still breaks its promise', async () => {
    const verdict = await judged({ ...base, history: [...base.history, read('e1', 90, 95, { found: false })], final: {} });
    assert.deepEqual(classesOf(verdict), { breaking: ['stale'], other: ['vacuous'] });
    assert.equal(verdict.verdict, 'fail');
  });
  test('an empty final state of the truth means that everything was lost', async () => {
    assert.deepEqual(classesOf(await judged({ ...base, final: { db1: [], db2: [] } })).breaking, ['lost']);
  });
  test('a missing final state of a replica leaves the record undecided', async () => {
    const verdict = await judged({ ...base, final: { db1: ['e1', 'e2', 'e3'] } });
    assert.match(verdict.reasons.join('\n'), /^vacuous: the final state of copy "db2" is missing$/mu);
  });
  test('a final state whose compression is cut is damaged, not a loss', async () => {
    const verdict = await judged({ ...base, gzip: true }, (folder) => {
      const path = join(folder, 'final', 'db1.jsonl.gz');
      writeFileSync(path, gzipSync(`{"id":"e1"}\n`).subarray(0, -3));
    });
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(verdict.reasons.join('\n'), /final\/db1\.jsonl\.gz is damaged: 1 lines could be read/u);
  });
  test('a final state that is shorter than run.json says is no loss', async () => {
    const verdict = await judged(
      tiny({ run: runOf({ floors: NO_FLOORS, lines: { 'final/db1': 3 } }), final: { db1: ['e1', 'e3'], db2: ['e1', 'e3'] } }),
    );
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
  });
  test('a column that only one copy has cannot be compared', async () => {
    const verdict = await judged({ ...base, final: { db1: [{ id: 'e1', value: 'x' }, 'e2', 'e3'], db2: ['e1', 'e2', 'e3'] } });
    assert.equal(verdict.verdict, 'inconclusive');
    assert.match(verdict.reasons[0] ?? '', /cannot be compared by "value"/u);
  });
});

describe('precedence', { concurrency: 4 }, () => {
  test('a broken promise comes before every doubt, and doubts stay visible', async () => {
    const verdict = await judged({ ...base, end: null, faults: null, final: { db1: ['e1', 'e3'], db2: ['e1', 'e3'] } });
    assert.equal(verdict.verdict, 'fail');
    assert.match(verdict.reasons[0] ?? '', /^lost: 1 of 3 acknowledged adds lost/u);
    assert.ok(verdict.reasons.length >= 3);
  });
  test('no operation at all decides nothing', async () => {
    assert.equal((await judged({ ...base, history: [], final: { db1: [], db2: [] } })).verdict, 'inconclusive');
    const missing = await judged(base, (folder) => rmSync(join(folder, 'history.jsonl')));
    assert.match(missing.reasons[0] ?? '', /history is missing/u);
  });
  test('a look that took longer than whole numbers reach is refused with its line', async () => {
    const looks = [{ copy: 'db1', up: false }, { backend: 'a', status: 'UP' }, { idle: 0.5 }];
    for (const look of looks)
      await assert.rejects(judged({ ...base, observations: [{ at: 5, ...look, took: 9e18 }] }), /observations\.jsonl:1: took: Too big/u);
  });
  test('a folder of any name is judged', async () => {
    const verdict = await judged(base, (folder) => {
      // the copy's name becomes part of a path and of a statement
      const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Record<string, unknown>;
      const odd = "we[i]rd *'?{}";
      writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...run, copies: { db1: 'primary', [odd]: 'replica' } }));
      renameSync(join(folder, 'final', 'db2.jsonl'), join(folder, 'final', `${odd}.jsonl`));
      appendFileSync(join(folder, 'final', `${odd}.jsonl`), '{"id":"e1"}\n');
      const history = join(folder, 'history.jsonl');
      writeFileSync(history, readFileSync(history, 'utf8').replaceAll('"copy":"db2"', `"copy":${JSON.stringify(odd)}`));
    });
    assert.deepEqual(
      verdict.findings.map((finding) => [finding.class, finding.copy]),
      [['duplicated', "we[i]rd *'?{}"]],
    );
  });
});
