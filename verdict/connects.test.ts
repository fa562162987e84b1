import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, classesOf, judged, put, read, steady, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** A run that begins half a second before its first phase; `change` makes other calls of its calls. */
function warmed(change: (line: Line, nth: number) => Line): Sketch {
  const whole = steady();
  const phases = (whole.run.phases as Line[]).map((phase) => (phase.name === 'before' ? { ...phase, start: 500_000 } : phase));
  return { ...whole, run: { ...whole.run, phases }, history: whole.history.map(change) };
}

describe('new connections', { concurrency: 4 }, () => {
  test('are counted and timed by phase and by the site that answered', async () => {
    const { connects, verdict } = await judged(
      warmed((line, nth) => (nth % 10 === 0 ? { ...line, connect: line.site === 'a' ? 1000 : 3000 } : line)),
    );
    assert.equal(verdict, 'pass');
    const all = (phase: string, made: number): Line => ({ phase, site: null, made, refused: 0, p50Ms: 1, p99Ms: 3, maxMs: 3 });
    assert.deepEqual(
      connects?.filter(({ site }) => site === null),
      [all('warm-up', 30), all('before', 30), all('during', 60), all('after', 60)],
    );
    assert.deepEqual(
      connects?.filter(({ phase }) => phase === 'during').map(({ site, made, maxMs }) => [site, made, maxMs]),
      [
        [null, 60, 3],
        ['a', 40, 1],
        ['b', 20, 3],
      ],
    );
  });
  test('that were refused count apart, and take no time', async () => {
    const refused = { outcome: 'failed', stage: 'dial', site: undefined, found: undefined };
    const { connects } = await judged({
      ...tiny(),
      history: [
        ...tiny().history,
        add('r1', 100, 2000, refused),
        add('r2', 110, 120, { ...refused, connect: 7 }),
        read('e1', 130, 140, { connect: 500 }),
        // another stage, and an answer that says nothing for certain, are no refusals
        add('r3', 150, 160, { ...refused, stage: 'connect' }),
        add('r4', 170, 180, { ...refused, outcome: 'unknown' }),
      ],
    });
    assert.deepEqual(connects, [{ phase: 'before', site: null, made: 1, refused: 2, p50Ms: 0.5, p99Ms: 0.5, maxMs: 0.5 }]);
  });
  test('are no figure where no call tells of one', async () => {
    assert.deepEqual((await judged(tiny())).connects, []);
  });
});

describe('a load whose clients keep no connection for long', { concurrency: 4 }, () => {
  const whole = steady({}, [2, 1, 3]);
  const brief = steady();
  const opened = (run: Line, change: (line: Line) => Line) =>
    judged({ ...whole, run: { ...whole.run, ...run }, history: whole.history.map(change) });
  const short = { arrivals: { process: 'even', shortLived: 0.1 } };
  const opens = (line: Line): Line => (Number(line.due) % 500_000 === 0 ? { ...line, connect: 400 } : line);
  const late = (line: Line): Line => (Number(line.due) < 3_000_000 ? opens(line) : line);

  test('opens some before and after the faults', async () => {
    assert.equal((await opened(short, opens)).verdict, 'pass');
    const verdict = await opened(short, late);
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(
      verdict.reasons.join('\n'),
      /^vacuous: 0 calls opened a connection in "after", or were refused one: 0\.0 a second; the floor is 1/u,
    );
  });
  test('opens one at least, however short the phase is', async () => {
    const run = { ...brief.run, ...short };
    const verdict = await judged({
      ...brief,
      run,
      history: brief.history.map((line) => (Number(line.due) < 2_000_000 ? opens(line) : line)),
    });
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.equal((await judged({ ...brief, run, history: brief.history.map(opens) })).verdict, 'pass');
  });
  test('or asks for them, where they are refused', async () => {
    const refused = (line: Line): Line =>
      line.op === 'read' && (Number(line.due) - 2500) % 100_000 === 0
        ? { ...line, outcome: 'failed', stage: 'dial', found: undefined, site: undefined }
        : line;
    const verdict = await opened({ ...short, bounds: { availability: 1 } }, refused);
    assert.deepEqual(classesOf(verdict), { breaking: ['availability'], other: [] });
  });
  test('is not asked for them where the record does not say so, or demands none', async () => {
    assert.equal((await opened({}, late)).verdict, 'pass');
    assert.equal((await opened({ arrivals: { process: 'even', shortLived: 0 } }, late)).verdict, 'pass');
    assert.equal((await opened({ ...short, floors: { connectsPerSecond: 0 } }, late)).verdict, 'pass');
  });
});

describe('writes that certainly failed', { concurrency: 2 }, () => {
  test('are told by how far they had come, beside those of unknown outcome', async () => {
    const not = (id: string, outcome: string, stage?: string): Line => add(id, 100, 110, { outcome, stage });
    const lines = [
      not('s1', 'failed', 'dial'),
      not('s2', 'failed', 'connect'),
      not('s3', 'failed', 'connect'),
      not('s4', 'unknown', 'commit'),
    ];
    const { writes } = await judged({
      ...tiny(),
      history: [...tiny().history, ...lines, not('s5', 'unknown'), put('k', 1, 120, 130, { outcome: 'failed' })],
    });
    assert.deepEqual(writes.stages, [
      { outcome: 'failed', stage: 'connect', attempts: 2 },
      { outcome: 'failed', stage: 'dial', attempts: 1 },
      { outcome: 'failed', stage: null, attempts: 1 },
      { outcome: 'unknown', stage: 'commit', attempts: 1 },
      { outcome: 'unknown', stage: null, attempts: 1 },
    ]);
    assert.equal((await judged({ ...tiny(), history: [...tiny().history, not('s5', 'unknown')] })).writes.stages, undefined);
  });
  for (const stage of ['dial', 'connect', 'begin'])
    test(`and are there all the same are a phantom (${stage})`, async () => {
      const lost = add('p1', 100, 110, { outcome: 'failed', stage });
      const ids = ['e1', 'e2', 'e3'];
      const sketch = { ...tiny(), history: [...tiny().history, lost] };
      assert.equal((await judged(sketch)).verdict, 'pass');
      const verdict = await judged({ ...sketch, final: { db1: [...ids, 'p1'], db2: [...ids, 'p1'] } });
      assert.deepEqual(classesOf(verdict), { breaking: ['phantom'], other: [] });
    });
});
