import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, classesOf, judged, read, steady, tiny, type Sketch } from './testing.ts';

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

describe('writes that certainly failed', { concurrency: 2 }, () => {
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
