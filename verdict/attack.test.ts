import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MachineError, UsageError } from '../support/errors.ts';
import { judge } from './judge.ts';
import { writeLargeRecord } from './large-record.ts';
import { add, judged, NO_FLOORS, read, runOf, steady, tiny } from './testing.ts';

const whole = steady();
const base = tiny();
const phases = (...list: [string, number, number][]) => list.map(([name, start, end]) => ({ name, start, end }));

describe('a record that was made to look good', { concurrency: 4 }, () => {
  test('is not saved by phases that leave out the outage', async () => {
    const bad = whole.history.map((line) =>
      (line.due as number) >= 1_200_000 && (line.due as number) < 1_800_000
        ? { ...line, outcome: 'unknown', site: undefined, found: undefined }
        : line,
    );
    const run = {
      ...whole.run,
      bounds: { availability: 0.99 },
      phases: phases(['before', 0, 1_000_000], ['during', 1_000_000, 1_100_000], ['after', 1_900_000, 3_000_000]),
    };
    assert.equal((await judged({ ...whole, run, history: bad })).verdict, 'inconclusive');
  });
  test('is not saved by a phase that hides the calm in the storm', async () => {
    const run = {
      ...whole.run,
      phases: phases(['before', -9_000_000, -5_000_000], ['during', -5_000_000, 2_900_000], ['after', 2_900_000, 3_000_000]),
    };
    assert.equal((await judged({ ...whole, run })).verdict, 'inconclusive');
  });
  test('is not saved by absurd lengths and rates', async () => {
    const long = {
      ...whole.run,
      phases: phases(
        ['before', -9_007_199_254_740_991, 1_000_000],
        ['during', 1_000_000, 2_000_000],
        ['after', 2_000_000, 9_007_199_254_740_991],
      ),
    };
    assert.equal((await judged({ ...whole, run: long })).verdict, 'inconclusive');
    assert.equal((await judged({ ...whole, run: { ...whole.run, load: { add: 1e308, read: 1e308 } } })).verdict, 'inconclusive');
  });
  test('is judged the same when all its times are negative', async () => {
    const back = (line: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(line).map(([key, value]) => [
          key,
          ['start', 'end', 'due', 'at'].includes(key) ? (value as number) - 60_000_000 : value,
        ]),
      );
    const run = { ...whole.run, phases: (whole.run.phases as Record<string, unknown>[]).map(back) };
    const verdict = await judged({
      ...whole,
      run,
      history: whole.history.map(back),
      observations: whole.observations.map(back),
      faults: (whole.faults ?? []).map(back),
    });
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
  });
  test('is not saved by reads that never answer, or answer nothing', async () => {
    for (const change of [{ outcome: 'unknown' }, { found: undefined }]) {
      const verdict = await judged({
        ...whole,
        history: whole.history.map((line) => (line.op === 'read' ? { ...line, ...change } : line)),
      });
      assert.equal(verdict.verdict, 'inconclusive');
      assert.match(verdict.reasons.join('\n'), /reads could refute 0 of 600/u);
    }
  });
  test('is not saved by a journal of another fault', async () => {
    const faults = (whole.faults ?? []).map((line) => (line.state === 'verified' ? { ...line, target: 'db2' } : line));
    assert.equal((await judged({ ...whole, faults })).verdict, 'inconclusive');
  });
  test('is not saved by a second closing line', async () => {
    const history = whole.history.slice(0, 1000);
    const verdict = await judged({ ...whole, history }, (folder) =>
      appendFileSync(join(folder, 'history.jsonl'), '{"op":"end","lines":1800}\n'),
    );
    assert.notEqual(verdict.verdict, 'pass');
  });
  test('is not saved by an old copy that stands for the truth', async () => {
    const observations = [
      ...whole.observations,
      { at: 3_200_000, copy: 'db1', up: true, writable: false },
      { at: 3_200_000, copy: 'db2', up: true, writable: true, epoch: 2 },
    ];
    const verdict = await judged({ ...whole, observations });
    assert.match(verdict.reasons.join('\n'), /copy "db1" is the truth, but was not writable when last sampled/u);
    assert.equal(verdict.verdict, 'inconclusive');
  });
  test('is not saved by flags that are texts', async () => {
    for (const line of [add('e4', 80, 90, { replicated: 'true' }), read('e1', 80, 90, { found: 'false' })])
      await assert.rejects(
        judged({ ...base, history: [...base.history, line] }),
        /history\.jsonl:7: (replicated|found): .*expected boolean/u,
      );
  });
  test('is refused when a line is not of the format, with file, line and reason', async () => {
    const lines: [string, RegExp][] = [
      ['{"op":"add","id":"x","client":1,"start":0,"end":1,"outcome":"OK"}', /history\.jsonl:8: outcome: /u],
      ['{"op":"add","client":1,"start":0,"end":1,"outcome":"ok"}', /history\.jsonl:8: id: /u],
      ['{"op":"add","id":"x","client":1,"start":0,"end":9007199254740993,"outcome":"ok"}', /history\.jsonl:8: end: /u],
      ['{"op":"add","id":"x","client":1,"start":0,"end":NaN,"outcome":"ok"}', /history\.jsonl:8: expected one JSON object/u],
      [
        '{"op":"add","id":"x","client":1,"start":5,"end":1,"outcome":"ok"}',
        /history\.jsonl:8: the operation ends at 1 µs, before its start/u,
      ],
      ['{"op":"add","id":"x","client":1,"start":0,"end":1,"outcome":"ok","due":"soon"}', /history\.jsonl:8: due: /u],
      ['{"op":"dropped","kind":"add"}', /history\.jsonl:8: due: /u],
      ['{"op":"add","id":"x","id":"y","client":1,"start":0,"end":1,"outcome":"ok"}', /history\.jsonl:8: id: duplicate key/u],
      ['{"op":"list","id":"w","client":1,"start":0,"end":1,"outcome":"ok","items":"x"}', /history\.jsonl:8: items: /u],
      ['{"op":"list","id":"w","client":1,"start":0,"end":1,"outcome":"ok","items":[],"limit":0}', /history\.jsonl:8: limit: /u],
      ['[]', /history\.jsonl:8: /u],
      ['garbage', /history\.jsonl:8: expected one JSON object/u],
    ];
    for (const [line, says] of lines) {
      await assert.rejects(
        judged(base, (folder) => appendFileSync(join(folder, 'history.jsonl'), `${line}\n`)),
        (error) => error instanceof UsageError && says.test(error.message),
        line,
      );
    }
    await assert.rejects(judged({ ...base, final: { db1: [{ id: 'e1', count: 0 }], db2: [] } }), /final\/db1\.jsonl:1: count: /u);
    await assert.rejects(judged({ ...base, observations: [{ at: 1, copy: 'db1', up: 'no' }] }), /observations\.jsonl:1: /u);
    await assert.rejects(judged({ ...base, faults: [{ fault: 'f', target: 't', state: 'done', at: 1 }] }), /faults\.jsonl:1: state: /u);
  });
  test('is refused when it unfolds into what no record is', async () => {
    const bomb = (name: string, text: string) => (folder: string) => {
      rmSync(join(folder, `${name}.jsonl`));
      writeFileSync(join(folder, `${name}.jsonl.gz`), gzipSync(text));
    };
    const observation = '{"at":0,"copy":"db1","up":true}\n';
    const cases: [(folder: string) => void, RegExp][] = [
      [bomb('history', 'a'.repeat(20 * 2 ** 20)), /history\.jsonl\.gz:1: expected a line of at most 16777216 characters/u],
      [
        bomb('observations', observation.repeat(2_200_000)),
        /observations\.jsonl\.gz: expected at most 67108864 bytes in \d+ compressed ones/u,
      ],
    ];
    for (const [touch, says] of cases) {
      await assert.rejects(judged(base, touch), (error) => error instanceof UsageError && says.test(error.message), String(says));
    }
  });
  test('is refused when its rows would fill the disk, or need more memory than there is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-attack-'));
    try {
      await writeLargeRecord(folder, 250_000);
      await assert.rejects(
        judge(folder, { spillBytes: 1e6 }),
        (error) =>
          error instanceof UsageError &&
          /expected a record whose rows take at most 1000000 bytes on disk; they take more/u.test(error.message),
      );
      await assert.rejects(
        judge(folder, { memoryLimit: '30MB' }),
        (error) => error instanceof MachineError && /expected 30MB of memory and \d+ bytes of disk to do for judging/u.test(error.message),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  test('cannot make the judge read other files', async () => {
    await assert.rejects(
      judged(base, (folder) => {
        rmSync(join(folder, 'history.jsonl'));
        symlinkSync('/etc/passwd', join(folder, 'history.jsonl'));
      }),
      /the link leads out of the record/u,
    );
    await assert.rejects(
      judged(base, (folder) => {
        rmSync(join(folder, 'final'), { recursive: true });
        mkdirSync(join(folder, 'final'));
        symlinkSync('/etc/passwd', join(folder, 'final', 'db1.jsonl'));
      }),
      /the link leads out of the record/u,
    );
    const verdict = await judged({ ...base, run: runOf({ floors: NO_FLOORS, truth: "db1', '/etc/passwd" }) }, (folder) =>
      writeFileSync(join(folder, 'x.jsonl'), 'x'),
    );
    assert.equal(verdict.verdict, 'inconclusive');
  });
});
