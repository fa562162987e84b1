import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classesOf, get, judged, page, read, steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const drawn = { arrivals: { process: 'random', seed: 1 }, floors: { askedAgain: 0 } };

/** The steady record of four seconds a phase, 200 adds and 400 reads a second; its lines changed, or left out. */
function sketch(run: Line, change: (line: Line, nth: number) => Line | undefined = (line) => line): Sketch {
  const whole = steady({}, [4, 4, 4]);
  return {
    ...whole,
    run: { ...whole.run, ...run },
    history: whole.history.flatMap((line, nth): Line[] => [change(line, nth) ?? []].flat()),
  };
}

const due = (line: Line): number => Number(line.due);

describe('calls that come at random', { concurrency: 2 }, () => {
  // of 1,600 reads that are planned in a phase the root is 40: five times that may be missing, and one in a hundred
  const without = (most: number) => {
    let left = most;
    return (line: Line) => (line.role === 'replica' && due(line) < 4e6 && due(line) % 10_000 < 5_000 && left-- > 0 ? undefined : line);
  };

  test('may be fewer than planned by what chance makes of it', async () => {
    assert.equal((await judged(sketch(drawn, without(200)))).verdict, 'pass');
    assert.match((await judged(sketch({}, without(200)))).reasons.join(), /1,400 read operations were offered/u);
    assert.match((await judged(sketch(drawn, without(300)))).reasons.join(), /1,300 read operations were offered .* planned were 1,600/u);
  });

  test('leave longer holes in one kind, and none in all together', async () => {
    const hole = (us: number, kinds: readonly string[]) => (line: Line) =>
      kinds.includes(String(line.op)) && due(line) > 1e6 && due(line) < 1e6 + us ? undefined : line;
    const withGets = (run: Line, gap: number): Sketch => {
      const plain = sketch({ ...run, load: { add: 200, read: 400, get: 2 } });
      const moments = Array.from({ length: 24 }, (_, nth) => nth * 500_000).filter((at) => at < 4e6 || at > 4e6 + gap);
      const gets = moments.map((at) => ({ op: 'get', id: 'k', client: 9, start: at, end: at + 900, due: at, outcome: 'ok', found: false }));
      return {
        ...plain,
        history: [...plain.history, ...gets.map((line, nth) => ({ ...line, copy: 'db1', site: nth % 2 === 0 ? 'a' : 'b' }))],
      };
    };
    assert.equal((await judged(withGets(drawn, 2.9e6))).verdict, 'pass');
    assert.match((await judged(withGets({}, 2.9e6))).reasons.join(), /no get operation was due for/u);
    const silent = await judged(sketch(drawn, hole(250_000, ['add', 'read'])));
    assert.match(silent.reasons.join(), /no operation of any kind was due for 25\d ms/u);
  });

  test('need ten acknowledgements in the last 200 ms before a fault', async () => {
    const thin = (every: number) => (line: Line, nth: number) =>
      line.op === 'add' && due(line) > 3.7e6 && due(line) < 4.1e6 && (nth / 3) % every !== 0 ? { ...line, outcome: 'unknown' } : line;
    assert.equal((await judged(sketch(drawn, thin(3)))).verdict, 'pass');
    assert.match((await judged(sketch({}, thin(3)))).reasons.join(), /[67] adds were acknowledged in the last 100 ms before fault/u);
    assert.match((await judged(sketch(drawn, thin(8)))).reasons.join(), /[45] adds were acknowledged in the last 200 ms before fault/u);
  });

  test('reach every site with every kind: what one gives too little of is misrouted', async () => {
    const replicas = (share: number) => (line: Line, nth: number) =>
      line.role === 'replica' ? { ...line, site: (nth % 100) / 100 < share ? 'b' : 'a' } : line;
    const bounds = { bounds: { share: [0.4, 0.6] } };
    for (const [share, run, breaking] of [
      [0, drawn, ['misrouted']],
      [0, { ...drawn, ...bounds }, ['misrouted']],
      [0.2, { ...drawn, ...bounds }, ['misrouted']],
      [0.2, drawn, []],
      [0.36, { ...drawn, ...bounds }, []],
      [0, {}, []],
    ] as const) {
      const verdict = await judged(sketch(run, replicas(share)));
      assert.deepEqual(classesOf(verdict).breaking, breaking, `${share} ${JSON.stringify(run)}: ${verdict.reasons.join('; ')}`);
      if (breaking.length > 0)
        assert.match(verdict.reasons.join(), /site "b" gave a share of .* of the answers to "read of the replica" in "before"/u);
    }
  });
});

test('a site whose workers do no job before the fault is misrouted', async () => {
  const plain = steady({}, [2, 1, 1]);
  const done = (sites: readonly string[]): Sketch => {
    const rows = (plain.final.db1 ?? []).map((id, nth) => ({ id, completions: 1, jobMs: 5, jobSite: sites[nth % sites.length] }));
    return { ...plain, final: { db1: rows, db2: rows } };
  };
  assert.equal((await judged(done(['a', 'b']))).verdict, 'pass');
  const verdict = await judged(done(['a']));
  assert.deepEqual(classesOf(verdict).breaking, ['misrouted']);
  assert.match(verdict.reasons.join(), /no job of "before" was done by a worker of site "b"/u);
});

describe('what was acknowledged before the faults', { concurrency: 2 }, () => {
  /** The steady record, and after its load one read of each element by each of the askers; `keep` leaves some out. */
  function swept(askers: readonly Line[], keep: (nth: number) => boolean = () => true, run: Line = {}): Sketch {
    const plain = steady({}, [1, 1, 1]);
    const ids = plain.final.db1 as string[];
    const reads = askers.flatMap((asker, who) =>
      ids
        .filter((_, nth) => keep(nth))
        .map((id, nth) => ({ ...read(id, 3_100_000 + nth * 10, 3_100_005 + nth * 10), client: 1_000_000 + who, ...asker })),
    );
    return { ...plain, run: { ...plain.run, arrivals: { process: 'random' }, ...run }, history: [...plain.history, ...reads] };
  }
  const [primary, replica] = [
    { role: 'primary', copy: 'db1', site: 'a' },
    { role: 'replica', copy: 'db2', site: 'a' },
  ];

  test('is asked of every member again after them, or nothing is said', async () => {
    assert.equal((await judged(swept([primary, replica]))).verdict, 'pass');
    const verdict = await judged(swept([primary]));
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['never-read'] });
    assert.match(verdict.reasons.join(), /after the last fault "db2" was asked, as replica, for \d+ of the 20\d elements/u);
    // of the primary as replica is something else
    assert.match((await judged(swept([{ ...primary, role: 'replica' }, replica]))).reasons.join(), /"db1" was asked, as primary/u);
    assert.equal((await judged(swept([primary, replica], (nth) => nth % 4 > 0))).verdict, 'inconclusive');
    assert.equal((await judged(swept([], undefined, { floors: { askedAgain: 0 } }))).verdict, 'pass');
  });

  test('and that a member does not find then is stale', async () => {
    const late = swept([primary, { ...replica, copy: 'db2' }]);
    const spoilt = late.history.map((line) => (line.copy === 'db2' && Number(line.start) === 3_100_100 ? { ...line, found: false } : line));
    const bounds = { staleReplica: 0 };
    assert.deepEqual(classesOf(await judged({ ...late, run: { ...late.run, bounds }, history: spoilt })).breaking, [
      'non-monotonic',
      'stale',
    ]);
  });

  test('is told in the audit: by member, and of how many', async () => {
    const { audit = [] } = await judged(swept([primary, replica], (nth) => nth < 100));
    const again = audit.filter(({ what }) => what === 'again');
    assert.deepEqual(
      again.map(({ asked, name, calls, of }) => [asked, name, calls, of]),
      [
        ['primary', 'db1', 100, 201],
        ['replica', 'db2', 100, 201],
      ],
    );
    const reads = audit.filter(({ what, per, asked }) => what === 'reads' && per === 'copy' && asked === 'replica');
    assert.deepEqual(
      reads.map(({ name, phase, calls, blindMs }) => [name, phase, calls, blindMs]),
      [
        ['db2', 'before', 200, 3.2],
        ['db2', 'during', 200, 3.2],
        ['db2', 'after', 200, 3.2],
      ],
    );
  });
});

test('the audit tells which site never reached which copy, and who answered gets and pages', async () => {
  const whole = sketch(drawn, (line) =>
    line.role === 'replica' && due(line) < 4e6 ? { ...line, copy: line.site === 'a' ? 'db1' : 'db2' } : line,
  );
  const { audit = [] } = await judged({
    ...whole,
    history: [
      ...whole.history,
      { ...get('k', 0, 1e6, 1e6 + 500), due: 1e6, copy: 'db1', site: 'b', role: 'primary', found: false, version: undefined },
      { ...page([], 2e6, 2e6 + 500), due: 2e6, site: 'a', role: 'replica', copy: 'db2', next: undefined },
    ],
  });
  const paths = audit.filter(({ per }) => per === 'path').map(({ what, asked, name, phase, calls }) => [what, asked, name, phase, calls]);
  // db1 is the primary there: what it answers as a replica is nobody's path
  assert.deepEqual(paths, [['reads', 'replica', 'a to db2', 'before', 0]]);
  const answered = audit.filter(({ what, calls }) => (what === 'gets' || what === 'lists') && calls > 0);
  assert.deepEqual(
    answered.map(({ what, asked, per, name, calls, unaskedMs }) => [what, asked, per, name, calls, unaskedMs]),
    [
      ['gets', 'primary', 'copy', 'db1', 1, 3000],
      ['gets', 'primary', 'site', 'b', 1, 3000],
      ['lists', 'replica', 'copy', 'db2', 1, 2000],
      ['lists', 'replica', 'site', 'a', 1, 2000],
    ],
  );
});
