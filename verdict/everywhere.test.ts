import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classesOf, judged, read, steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
const OFFERS = [
  { kind: 'add', perSecond: 200 },
  { kind: 'read', role: 'primary', perSecond: 200 },
  { kind: 'read', role: 'replica', perSecond: 200 },
];

/** The steady record of a load that says what it offers, with a read of a stranger in each 20 ms; its lines changed, or left out. */
function sketch({
  change = (line) => line,
  run = {},
  offers = OFFERS,
  strangers = 20_000,
  seconds = [2, 2, 2],
}: {
  change?: (line: Line, nth: number) => Line | undefined;
  run?: Line;
  offers?: readonly Line[];
  strangers?: number;
  seconds?: [number, number, number];
} = {}): Sketch {
  const whole = steady({}, seconds);
  const end = seconds.reduce((sum, length) => sum + length) * 1e6;
  const asked = Array.from({ length: strangers === 0 ? 0 : end / strangers }, (_, nth) => {
    const due = nth * strangers + 100;
    const [role, copy] = nth % 2 === 0 ? ['primary', 'db1'] : ['replica', 'db2'];
    return read(`nobody-${nth}`, due, due + 300, { due, found: false, role, copy, site: nth % 4 < 2 ? 'a' : 'b' });
  });
  const arrivals = { process: 'random', seed: 1, ...(offers.length === 0 ? {} : { offers }) };
  return {
    ...whole,
    run: { ...whole.run, load: { add: 200, read: 450 }, arrivals, floors: { askedAgain: 0 }, ...run },
    history: [...whole.history, ...asked].flatMap((line, nth): Line[] => [change(line, nth) ?? []].flat()),
  };
}

const due = (line: Line): number => Number(line.due);

describe('a load that says what it asks of whom', { concurrency: 2 }, () => {
  test('asks for each role as often as it was to', async () => {
    const primary = (line: Line): Line => (line.role === 'replica' ? { ...line, role: 'primary', copy: 'db1' } : line);
    assert.equal((await judged(sketch())).verdict, 'pass');
    const turned = await judged(sketch({ change: (line) => (due(line) < 2e6 ? primary(line) : line) }));
    assert.equal(turned.verdict, 'inconclusive');
    assert.match(turned.reasons.join(), /900 of the 900 read operations of "before" asked for the primary; planned were 50 %/u);
    assert.match(turned.reasons.join(), /0 of the 900 read operations of "before" asked for the replica; planned were 50 %/u);
    // five times the root of chance is 75 of 900, and one in a hundred besides
    const some = (most: number) => {
      let left = most;
      return (line: Line) => (line.role === 'replica' && due(line) < 2e6 && left-- > 0 ? primary(line) : line);
    };
    assert.equal((await judged(sketch({ change: some(80) }))).verdict, 'pass');
    assert.match(
      (await judged(sketch({ change: some(90) }))).reasons.join(),
      /540 of the 900 read operations of "before" asked for the primary/u,
    );
  });

  test('asks for what no profile planned, and says nothing where none was told', async () => {
    const none = (line: Line): Line => (line.op === 'read' && due(line) % 15_000 < 5_000 ? { ...line, role: undefined } : line);
    assert.match(
      (await judged(sketch({ change: none }))).reasons.join(),
      /read operations of "before" asked for no role; planned were 0 %/u,
    );
    assert.equal((await judged(sketch({ change: none, offers: [] }))).verdict, 'pass');
  });

  test('asks for what nobody has acknowledged, in every phase', async () => {
    const without = await judged(sketch({ strangers: 0, run: { load: { add: 200, read: 400 } } }));
    assert.deepEqual([without.verdict, classesOf(without).other], ['inconclusive', ['vacuous']]);
    assert.match(
      without.reasons.join(),
      /0 of the 800 reads answered in "before" asked for what nobody had acknowledged; the floor is 1.0 %/u,
    );
    const late = sketch({
      change: (line) => (String(line.id).startsWith('nobody') && due(line) < 2e6 ? undefined : line),
      run: { load: { add: 200, read: 400 } },
    });
    assert.match((await judged(late)).reasons.join(), /asked for what nobody had acknowledged/u);
    assert.equal((await judged(sketch({ strangers: 0, offers: [], run: { load: { add: 200, read: 400 } } }))).verdict, 'pass');
  });

  test('is told the row of what it finds, where adds name theirs', async () => {
    const named = (share: number) => (line: Line, nth: number) =>
      line.op === 'add' || (line.found === true && (nth % 1000) / 1000 < share)
        ? { ...line, xid: String(line.id).replace(/\D/gu, '') }
        : line;
    assert.equal((await judged(sketch({ change: named(1) }))).verdict, 'pass');
    const verdict = await judged(sketch({ change: named(0.95) }));
    assert.equal(verdict.verdict, 'inconclusive');
    assert.match(verdict.reasons.join(), /reads that found their element do not name its transaction/u);
    assert.equal((await judged(sketch({ change: named(0.95), offers: [] }))).verdict, 'pass');
  });
});

describe('a member', { concurrency: 2 }, () => {
  test('that nobody asks before the fault shows nothing', async () => {
    // a third copy, up all the time, of which nobody asks
    const whole = sketch({ run: { copies: { db1: 'primary', db2: 'replica', db3: 'replica' } } });
    const third = whole.observations.flatMap((line) => (line.copy === 'db2' ? [{ ...line, copy: 'db3' }] : []));
    const observed = { ...whole, observations: [...whole.observations, ...third], final: { ...whole.final, db3: whole.final.db1! } };
    const verdict = await judged(observed);
    assert.equal(verdict.verdict, 'inconclusive');
    assert.match(verdict.reasons.join(), /"db3" answered 0 reads in "before"; at least 20 are needed/u);
    assert.match(verdict.reasons.join(), /"db3" answered 0 reads in "after"; at least 20 are needed/u);
    const asked = (most: number): Sketch => {
      const left = { before: most, after: most };
      const history = observed.history.map((line) => {
        const phase = due(line) < 2e6 ? 'before' : due(line) >= 4e6 ? 'after' : undefined;
        return phase !== undefined && line.role === 'replica' && due(line) > 500_000 && left[phase]-- > 0 ? { ...line, copy: 'db3' } : line;
      });
      return { ...observed, history };
    };
    assert.equal((await judged(asked(20))).verdict, 'pass');
    assert.match((await judged(asked(19))).reasons.join(), /"db3" answered 19 reads in "before"/u);
    assert.equal((await judged({ ...observed, run: { ...observed.run, floors: { askedAgain: 0, askedOfEach: 0 } } })).verdict, 'pass');
    // in the supported pattern the traffic decides which database is asked
    const supported = { ...(observed.run.topology as Line), pattern: 'supported' };
    assert.equal((await judged({ ...observed, run: { ...observed.run, topology: supported } })).verdict, 'pass');
  });

  test('is asked as what it is: a primary of which no read asks need answer none', async () => {
    const replicasOnly = OFFERS.map((offer) => ('role' in offer ? { ...offer, role: 'replica' } : offer));
    const asReplica = (line: Line): Line => (line.role === 'primary' ? { ...line, role: 'replica', copy: 'db2' } : line);
    assert.equal((await judged(sketch({ offers: replicasOnly, change: asReplica }))).verdict, 'pass');
    const unasked = (line: Line): Line => (line.role === 'primary' ? { ...line, copy: undefined } : line);
    assert.match((await judged(sketch({ change: unasked }))).reasons.join(), /"db1" answered 0 reads in "before"/u);
  });

  test('that is back for ten seconds without a fault, and answers nothing, shows nothing', async () => {
    /** db2 is seen down for a second from `down` on, and answers from `at` on. */
    const back = (down: number, at: number): Sketch => {
      const record = sketch({
        seconds: [2, 4, 14],
        change: (line) => (line.copy === 'db2' && due(line) > down && due(line) < at ? { ...line, copy: 'db1' } : line),
      });
      return {
        ...record,
        observations: record.observations.map((line) =>
          line.copy === 'db2' && Number(line.at) > down && Number(line.at) < down + 1e6 ? { at: line.at, copy: 'db2', up: false } : line,
        ),
      };
    };
    assert.equal((await judged(back(7e6, 9e6))).verdict, 'pass');
    const silent = await judged(back(7e6, 20e6));
    assert.match(silent.reasons.join(), /"db2" answered 0 reads from 8000000 µs on, when it was back; at least 20 are needed/u);
    // it came back while the fault lasted, which may be what kept its readers away: what counts begins when the fault is gone
    const within = await judged(back(3e6, 20e6));
    assert.match(within.reasons.join(), /"db2" answered 0 reads from 6000000 µs on, when it was back/u);
    assert.doesNotMatch((await judged(back(3e6, 6.1e6))).reasons.join(), /when it was back/u);
    // back for less than ten seconds, which no endpoint needs to have noticed
    assert.doesNotMatch((await judged(back(10e6, 20e6))).reasons.join(), /when it was back/u);
  });
});
