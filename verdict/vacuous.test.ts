import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, classesOf, faultOf, judged, NO_FLOORS, runOf, steady, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
const whole = steady();
const run = (change: Line): Line => ({ ...whole.run, ...change });
const history = (keep: (line: Line) => boolean): Line[] => whole.history.filter(keep);
const due = (line: Line): number => line.due as number;
const during = (line: Line): boolean => due(line) >= 1_000_000 && due(line) < 2_000_000;
const faults = (...names: string[]): Line[] => (whole.faults ?? []).filter((line) => names.includes(line.state as string));
/** The sketch with another history, and with nothing in its final states, and no read of anything, that this history never sent. */
const offering = (all: Line[]): Sketch => {
  const sent = new Set(all.filter((line) => line.op === 'add').map((line) => line.id));
  const lines = all.filter((line) => line.op !== 'read' || sent.has(line.id));
  const ids = (whole.final.db1 ?? []).filter((id) => sent.has(id));
  return { ...whole, history: lines, final: { db1: ids, db2: ids } };
};
const dropped = (line: Line): Line => ({ op: 'dropped', kind: line.op, due: line.due });

/** The calls, all of them served by one copy. */
const served = (copy: string): Line[] => whole.history.map((line) => ({ ...line, copy }));
/** A longer run in which copy db2 is gone at the end, and answers nothing. */
function gone(seconds: number): Sketch {
  const sketch = steady({}, [1, 1, seconds - 2]);
  return {
    ...sketch,
    run: { ...sketch.run, copies: { db1: 'primary', db2: 'gone' } },
    history: sketch.history.map((line) => ({ ...line, copy: 'db1' })),
    final: { db1: sketch.final.db1! },
  };
}

/** The run under active-passive routing, in which site a serves all, as the balancer is seen. */
function passive(change: (line: Line) => Line): Sketch {
  return {
    ...whole,
    run: run({ topology: { ...(whole.run.topology as Line), routing: 'active-passive' } }),
    history: whole.history.map((line) => ({ ...line, site: 'a' })),
    observations: whole.observations.map(change),
  };
}
/** When the fault of the sketch came into each state. */
const times = { intent: 1_000_000, applied: 1_005_000, verified: 1_100_000, healed: 1_900_000, gone: 2_000_000 };

/** A record that cannot carry a verdict, and the sentence that says why. */
const cases: { title: string; sketch: Sketch; says: RegExp; named?: string[] }[] = [
  {
    title: 'load that is absent during the fault',
    sketch: offering(history((line) => !during(line))),
    says: /0 add operations were offered \(issued and dropped\) in "during", planned were 200/u,
  },
  {
    title: 'load of a fifth of what was planned',
    sketch: offering(whole.history.filter((_, index) => index % 15 < 3)),
    says: /40 add operations were offered \(issued and dropped\) in "before", planned were 200/u,
  },
  {
    title: 'a load under the floor, as planned',
    sketch: { ...offering(history((line) => due(line) % 500_000 < 5000)), run: run({ load: { add: 2, read: 4 } }) },
    says: /adds a second were issued in "before", the floor is 20/u,
  },
  {
    title: 'a hole in the schedule',
    sketch: { ...offering(history((line) => due(line) < 1_300_000 || due(line) > 1_520_000)), run: run({ load: undefined }) },
    says: /no add operation was due for 2[23]\d ms from 129\d+ µs in "during"/u,
  },
  {
    title: 'due times that are all equal',
    sketch: { ...whole, history: whole.history.map((line) => ({ ...line, due: 500_000 })) },
    says: /no operation was due in the phase "during"/u,
  },
  {
    title: 'due times later than the starts',
    sketch: { ...whole, history: whole.history.map((line) => ({ ...line, start: due(line) - 150_000, end: due(line) })) },
    says: /began more than 100 ms before they were due/u,
    named: ['never-read', 'vacuous'],
  },
  {
    title: 'a schedule that found no client',
    sketch: offering(whole.history.map((line) => (during(line) && due(line) % 50_000 !== 0 ? dropped(line) : line))),
    says: /reads a second were issued in "during", the floor is 40/u,
    named: ['never-read', 'vacuous'],
  },
  {
    title: 'a fault that was never verified',
    sketch: { ...whole, faults: faults('intent', 'applied', 'healed', 'gone') },
    says: /its effect was never verified/u,
  },
  {
    title: 'a fault that was never seen gone',
    sketch: { ...whole, faults: faults('intent', 'applied', 'verified', 'healed') },
    says: /was never seen gone/u,
  },
  {
    title: 'a fault that was planned but never applied',
    sketch: { ...whole, faults: faults('intent') },
    says: /planned but never applied/u,
  },
  {
    title: 'a second fault of the same name without proof',
    sketch: { ...whole, faults: [...(whole.faults ?? []), ...faultOf({ intent: 1_950_000, applied: 1_960_000 })] },
    says: /its effect was never verified/u,
  },
  {
    title: 'a proof from before the fault',
    sketch: { ...whole, faults: [...faults('intent', 'applied', 'gone'), ...faultOf({ verified: 900_000 })] },
    says: /never announced|out of order/u,
  },
  {
    title: 'an effect that was seen before the fault was applied',
    sketch: { ...whole, faults: faultOf({ ...times, verified: 1_002_000 }) },
    says: /is out of order: intent 1000000, applied 1005000, verified 1002000, healed 1900000, gone 2000000 µs/u,
  },
  {
    title: 'an effect that was seen after the fault had been seen gone',
    sketch: { ...whole, faults: [...faultOf({ ...times, verified: 1_950_000, healed: 1_960_000 }), ...faultOf({ gone: 1_940_000 })] },
    says: /out of order: .* verified 1950000, healed 1960000, gone 1940000 µs/u,
  },
  {
    title: 'an effect that was seen after the fault had been healed',
    sketch: { ...whole, faults: faultOf({ ...times, verified: 1_950_000 }) },
    says: /out of order: .* verified 1950000, healed 1900000, gone 2000000 µs/u,
  },
  {
    title: 'a fault that was healed after it had been seen gone',
    sketch: { ...whole, faults: faultOf({ ...times, healed: 2_000_001 }) },
    says: /out of order: .* healed 2000001, gone 2000000 µs/u,
  },
  {
    title: 'a fault that was applied before it was announced',
    sketch: { ...whole, faults: faultOf({ ...times, applied: 999_000 }) },
    says: /never announced|never applied/u,
  },
  {
    title: 'a fault that began after it was applied',
    sketch: { ...whole, faults: (whole.faults ?? []).map((line) => (line.state === 'applied' ? { ...line, began: 1_006_000 } : line)) },
    says: /out of order: it began at 1006000 µs, but intent is 1000000 and applied 1005000 µs/u,
  },
  {
    title: 'one proof for two applications of a fault',
    sketch: { ...whole, faults: [...(whole.faults ?? []), ...faultOf({ applied: 1_500_000 })] },
    says: /was applied 2 times, but announced once/u,
  },
  {
    title: 'one proof for two applications under one id',
    sketch: {
      ...whole,
      faults: [...faultOf(times, { id: 'f1' }), ...faultOf({ applied: 1_500_000, verified: 1_510_000, gone: 1_990_000 }, { id: 'f1' })],
    },
    says: /was applied 2 times, but announced once/u,
  },
  {
    title: 'one proof for two announced applications',
    sketch: { ...whole, faults: [...(whole.faults ?? []), ...faultOf({ intent: 1_400_000, applied: 1_500_000, gone: 1_990_000 })] },
    says: /never verified|never seen gone/u,
  },
  {
    title: 'a copy called gone that was looked at up to the end',
    sketch: { ...whole, run: run({ copies: { db1: 'primary', db2: 'gone' } }), history: served('db1'), final: { db1: whole.final.db1! } },
    says: /copy "db2" is gone by run\.json, but was up when last looked at, at the end of the run/u,
  },
  {
    title: 'a copy called gone that answered up to the end',
    sketch: {
      ...whole,
      run: run({ copies: { db1: 'primary', db2: 'gone' } }),
      observations: whole.observations.filter((line) => line.copy !== 'db2'),
      final: { db1: whole.final.db1! },
    },
    says: /copy "db2" is gone by run\.json, but answered calls until the end of the run/u,
  },
  {
    title: 'a copy called gone whose final state is there, and differs',
    sketch: {
      ...whole,
      run: run({ copies: { db1: 'primary', db2: 'gone' } }),
      observations: whole.observations.filter((line) => line.copy !== 'db2'),
      history: served('db1'),
      final: { db1: whole.final.db1!, db2: whole.final.db1!.slice(0, -7) },
    },
    says: /copy "db2" is gone by run\.json, but its final state is there, and differs from the truth in 7 elements: "c[0-6]-59\d" and others/u,
  },
  {
    title: 'a copy called gone that was seen to the last second, and down in the last look',
    sketch: {
      ...whole,
      run: run({ copies: { db1: 'primary', db2: 'gone' } }),
      history: served('db1'),
      observations: whole.observations.map((line) =>
        line.copy === 'db2' && (line.at as number) > 2_950_000 ? { at: line.at, copy: 'db2', up: false } : line,
      ),
      final: { db1: whole.final.db1! },
    },
    says: /copy "db2" is gone by run\.json, but was up when last looked at, at the end of the run/u,
  },
  ...[undefined, false].map((up) => ({
    title: `a copy called gone that no fault took: later ${up === undefined ? 'nobody looked at it' : 'it was down'}`,
    sketch: {
      ...gone(4),
      observations: gone(4).observations.flatMap((line) =>
        line.copy !== 'db2' || (line.at as number) < 2_500_000 ? [line] : up === undefined ? [] : [{ at: line.at, copy: 'db2', up }],
      ),
    },
    says: /copy "db2" is gone by run\.json, but was alive at 2400000 µs, after all faults/u,
  })),
  {
    title: 'a copy called gone that answered after all faults, and later no more',
    sketch: {
      ...gone(4),
      history: gone(4).history.map((line) => (line.role === 'replica' && due(line) < 2_500_000 ? { ...line, copy: 'db2' } : line)),
      observations: gone(4).observations.filter((line) => line.copy !== 'db2'),
    },
    says: /copy "db2" is gone by run\.json, but was alive at 24\d+ µs, after all faults/u,
  },
  {
    title: 'a copy that gave answers while faults lasted, and that every look then found down',
    sketch: {
      ...whole,
      observations: whole.observations.map((line) =>
        line.copy === 'db1' && (line.at as number) >= 1_000_000 && (line.at as number) < 2_000_000
          ? { at: line.at, copy: 'db1', up: false }
          : line,
      ),
    },
    says: /copy "db1" gave 400 ok answers in "during", and was never seen there/u,
  },
  {
    title: 'repeats whose first attempts the history lacks',
    sketch: { ...whole, history: whole.history.map((line) => (due(line) % 500_000 === 0 ? { ...line, attempt: 2 } : line)) },
    says: /6 add operations were repeated, and are ok, but the history lacks attempts before the repeats/u,
  },
  {
    title: 'a third attempt without a second',
    sketch: {
      ...whole,
      history: whole.history.flatMap((line) =>
        line === whole.history[300]
          ? [
              { ...line, attempt: 1, outcome: 'unknown', found: undefined, end: (line.start as number) + 100 },
              { ...line, attempt: 3, start: (line.start as number) + 200 },
            ]
          : [line],
      ),
    },
    says: /1 add operations were repeated, and are ok, but the history lacks attempts before the repeats/u,
  },
  ...(['DRAIN', 'MAINT'] as const).map((status) => ({
    title: `an active site that the balancer says is in ${status} all the time, while it serves all`,
    sketch: passive((line) => (String(line.backend).startsWith('a') ? { ...line, status } : line)),
    says: /site "a", which is to serve all, was UP for 0\.0 of 1\.0 s of "before"/u,
  })),
  {
    title: 'an active site that is drained from the fault on, and serves all',
    sketch: passive((line) =>
      String(line.backend).startsWith('a') && (line.at as number) > 1_500_000 ? { ...line, status: 'DRAIN' } : line,
    ),
    says: /site "a", which is to serve all, was UP for 0\.0 of 1\.0 s of "after"/u,
  },
  {
    title: 'answers of a copy that run.json does not name',
    sketch: { ...whole, history: whole.history.map((line) => (line.role === 'replica' && during(line) ? { ...line, copy: 'db9' } : line)) },
    says: /200 ok answers name copy "db9", which is none of the copies in run\.json/u,
  },
  {
    title: 'a writable copy that run.json does not name',
    sketch: { ...whole, observations: [...whole.observations, { at: 1_500_000, copy: 'db9', up: true, writable: true }] },
    says: /copy "db9" was seen writable, and is none of the copies in run\.json/u,
  },
  {
    title: 'a copy of which run.json tells only that it never caught up',
    sketch: { ...whole, run: run({ catchUpMs: { db9: 20 } }) },
    says: /the final state of copy "db9" is missing/u,
  },
  {
    title: 'answers of a site that run.json does not name',
    sketch: { ...whole, history: whole.history.map((line) => (due(line) % 50_000 === 0 ? { ...line, site: 'c' } : line)) },
    says: /60 ok answers name site "c", which is none of the sites in run\.json/u,
  },
  {
    title: 'answers of a site that run.json does not name, where nothing is said of routing',
    sketch: {
      ...whole,
      run: run({ topology: { sites: ['a', 'b'] } }),
      history: whole.history.map((line) => (due(line) % 50_000 === 0 ? { ...line, site: 'c' } : line)),
    },
    says: /60 ok answers name site "c"/u,
  },
  { title: 'a missing journal', sketch: { ...whole, faults: null }, says: /faults\.jsonl is missing/u },
  { title: 'a phase of faults without a fault', sketch: { ...whole, faults: [] }, says: /phase "during", but no fault was journalled/u },
  {
    title: 'a fault outside its phase',
    sketch: { ...whole, faults: faultOf({ intent: 300_000, applied: 310_000, verified: 320_000, gone: 400_000 }) },
    says: /was applied at 310000 µs, outside the phase "during"/u,
  },
  {
    title: 'phases that leave out the fault',
    sketch: { ...whole, run: run({ phases: (whole.run.phases as Line[]).slice(0, 1) }) },
    says: /the record has no phase "during"/u,
  },
  {
    title: 'a gap between phases',
    sketch: {
      ...whole,
      run: run({ phases: (whole.run.phases as Line[]).map((phase) => (phase.name === 'after' ? { ...phase, start: 2_500_000 } : phase)) }),
    },
    says: /operations were due between the phases "during" and "after"/u,
  },
  {
    title: 'too few acks before the fault',
    sketch: {
      ...whole,
      history: whole.history.map((line) =>
        line.op === 'add' && due(line) > 900_000 && due(line) < 1_010_000 ? { ...line, outcome: 'unknown' } : line,
      ),
    },
    says: /^vacuous: \d adds were acknowledged in the last 100 ms before fault "powerOff"/mu,
  },
  {
    title: 'a server that lost its name',
    sketch: {
      ...whole,
      history: whole.history.map((line) =>
        line.outcome === 'ok' ? { ...line, system: 's', ...(due(line) > 2_000_000 ? { copy: undefined } : {}) } : line,
      ),
    },
    says: /\d+ of [\d,]+ answers of the database name their server, but not their copy/u,
  },
  {
    title: 'a fault that no call felt, where one must be felt',
    sketch: { ...whole, run: run({ floors: { ...NO_FLOORS, failedCalls: 10 } }) },
    says: /0 calls were not ok while faults lasted; at least 10 are needed to say that they were felt/u,
  },
  {
    title: 'no ack after the fault',
    sketch: {
      ...whole,
      history: whole.history.map((line) => (line.op === 'add' && due(line) > 1_990_000 ? { ...line, outcome: 'unknown' } : line)),
    },
    says: /no add was acknowledged as replicated in "after"/u,
  },
  {
    title: 'a copy that was not watched',
    sketch: { ...whole, observations: whole.observations.filter((line) => line.copy !== 'db2') },
    says: /copy "db2" was sampled 0 times/u,
  },
  {
    title: 'a gap in the watch over a site',
    sketch: {
      ...whole,
      observations: steady({}, [1, 2, 1]).observations.filter(
        (line) => line.backend !== 'b' || (line.at as number) < 1_100_000 || (line.at as number) > 2_300_000,
      ),
      ...longer(),
    },
    says: /site "b" was sampled 7 times in 2\.0 s of "during" \(longest gap 1400 ms\)/u,
  },
  {
    title: 'an observer that found every copy down',
    sketch: {
      ...whole,
      observations: whole.observations.map((line) => ('copy' in line ? { at: line.at, copy: line.copy, up: false } : line)),
    },
    says: /copy "db1" was seen 0 times in 1\.0 s of "before": other looks find it down, or tell nothing of it/u,
  },
  {
    title: 'an observer that found one copy down before the fault',
    sketch: {
      ...whole,
      observations: whole.observations.map((line) =>
        line.copy === 'db2' && (line.at as number) < 900_000 ? { at: line.at, copy: line.copy, up: false } : line,
      ),
    },
    says: /copy "db2" was seen 1 times in 1\.0 s of "before"/u,
  },
  {
    title: 'an observer that tells nothing of what is up',
    sketch: {
      ...whole,
      observations: whole.observations.map((line) => ('copy' in line ? { at: line.at, copy: line.copy, up: true } : line)),
    },
    says: /copy "db2" was seen 0 times in 1\.0 s of "before"/u,
  },
  {
    title: 'a copy that was never seen again',
    sketch: {
      ...whole,
      observations: whole.observations.map((line) =>
        line.copy === 'db2' && (line.at as number) > 1_500_000 ? { at: line.at, copy: line.copy, up: false } : line,
      ),
    },
    says: /copy "db2" was never seen again after the faults/u,
  },
  {
    title: 'an observer that saw no copy while faults lasted, and calls were ok',
    sketch: {
      ...whole,
      observations: whole.observations.map((line) =>
        'copy' in line && (line.at as number) >= 1_000_000 && (line.at as number) < 2_000_000
          ? { at: line.at, copy: line.copy, up: false }
          : line,
      ),
    },
    says: /no copy was seen in "during"/u,
  },
  {
    title: 'looks that never tell whether the truth was writable',
    sketch: { ...whole, observations: whole.observations.map((line) => (line.copy === 'db1' ? { ...line, writable: null } : line)) },
    says: /copy "db1" is the truth, but no look tells whether it was writable/u,
  },
  {
    title: 'a balancer that found every site down, under active-passive routing',
    sketch: {
      ...whole,
      run: run({ topology: { ...(whole.run.topology as Line), routing: 'active-passive' } }),
      observations: whole.observations.map((line) => ('backend' in line ? { ...line, status: 'DOWN' } : line)),
    },
    says: /site "a" was seen 0 times in 1\.0 s of "before"/u,
  },
  {
    title: 'a balancer that found every site down where no answer names one',
    sketch: {
      ...whole,
      run: run({ topology: {} }),
      history: whole.history.map((line) => ({ ...line, site: undefined })),
      observations: whole.observations.map((line) => ('backend' in line ? { ...line, status: 'DOWN' } : line)),
    },
    says: /no site was seen in "before"/u,
  },
  {
    title: 'reads that could refute nothing',
    sketch: { ...whole, history: whole.history.map((line) => (line.op === 'read' ? { ...line, id: 'c0-0' } : line)) },
    says: /^never-read: reads could refute 1 of 600 acknowledged elements/mu,
    named: ['never-read'],
  },
  { title: 'a truth that is not named', sketch: { ...whole, run: run({ truth: undefined }) }, says: /does not name the truth/u },
  {
    title: 'a truth that was no primary at the end',
    sketch: { ...whole, run: run({ copies: { db1: 'replica', db2: 'primary' } }) },
    says: /its role at the end is "replica"/u,
  },
  {
    title: 'a truth that did not serve the last acks',
    sketch: {
      ...whole,
      history: whole.history.map((line) => (line.op === 'add' && due(line) > 2_900_000 ? { ...line, copy: 'db2' } : line)),
    },
    says: /last acknowledged writes were served by copy "db2", but the truth is "db1"/u,
  },
  {
    title: 'a trouble of the run itself',
    sketch: { ...whole, run: run({ troubles: ['the machine slept for 3 s'] }) },
    says: /^vacuous: the machine slept for 3 s$/mu,
  },
  {
    title: 'routing that no answer shows',
    sketch: { ...whole, history: whole.history.map((line) => ({ ...line, site: undefined })) },
    says: /1,800 of 1,800 ok answers did not name their site/u,
  },
];

function longer(): Partial<Sketch> {
  const { run: ofRun, history: lines, faults: journal, final } = steady({}, [1, 2, 1]);
  return { run: ofRun, history: lines, faults: journal, final };
}

describe('a record that cannot carry a verdict', { concurrency: 4 }, () => {
  for (const { title, sketch, says, named = ['vacuous'] } of cases) {
    test(`${title} gives no pass`, async () => {
      const verdict = await judged(sketch);
      assert.deepEqual(classesOf(verdict), { breaking: [], other: named }, verdict.reasons.join('\n'));
      assert.equal(verdict.verdict, 'inconclusive');
      assert.match(verdict.reasons.join('\n'), says);
    });
  }

  test('a healthy run with a fault passes, with all default floors', async () => {
    const verdict = await judged(whole);
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.equal(verdict.held, true);
  });
  test('faults of one name are told apart by their order, each with a proof and an end of its own', async () => {
    const halves = [
      faultOf({ intent: 1_000_000, applied: 1_005_000, verified: 1_100_000, gone: 1_400_000 }),
      faultOf({ intent: 1_400_001, applied: 1_505_000, verified: 1_505_000, healed: 1_900_000, gone: 2_000_000 }),
    ];
    assert.equal((await judged({ ...whole, faults: halves.flat() })).verdict, 'pass');
    // who injected and who healed may both have seen it
    const seenTwice = [...(whole.faults ?? []), ...faultOf({ verified: 1_200_000, healed: 1_950_000, gone: 2_010_000 })];
    assert.equal((await judged({ ...whole, faults: seenTwice })).verdict, 'pass');
    // what is over as soon as it was done shows when it may
    const momentary = faultOf({ ...times, verified: 1_950_000 }, { kind: 'momentary' });
    assert.equal((await judged({ ...whole, faults: momentary })).verdict, 'pass');
  });
  test('under active-passive routing the active site may be lost for good', async () => {
    const sketch = passive((line) =>
      String(line.backend).startsWith('a') && (line.at as number) > 1_000_000 ? { ...line, status: 'DOWN' } : line,
    );
    const history = sketch.history.map((line) => (due(line) > 1_100_000 ? { ...line, site: 'b' } : line));
    const verdict = await judged({ ...sketch, history });
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
  });
  test('calls may be repeated, with or without numbers of the first attempts', async () => {
    const [line] = whole.history as [Line];
    for (const first of [{ attempt: 1 }, {}]) {
      const tried = { ...line, ...first, outcome: 'unknown', end: (line.start as number) + 100 };
      const again = { ...line, attempt: 2, start: (line.start as number) + 200, end: (line.start as number) + 700 };
      assert.equal((await judged({ ...whole, history: [tried, again, ...whole.history.slice(1)] })).verdict, 'pass');
    }
  });
  test('a copy may be gone: from some moment on it is down, or nobody looks at it or asks it any more', async () => {
    const gone = { ...whole, run: run({ copies: { db1: 'primary', db2: 'gone' } }), final: { db1: whole.final.db1! } };
    const history = whole.history.map((line) => (due(line) > 1_000_000 ? { ...line, copy: 'db1' } : line));
    const lost = (line: Line): boolean => line.copy === 'db2' && (line.at as number) > 1_000_000;
    const unwatched = whole.observations.filter((line) => !lost(line));
    const down = whole.observations.map((line) => (lost(line) ? { at: line.at, copy: 'db2', up: false } : line));
    const same = { ...gone, final: whole.final, history, observations: down };
    for (const sketch of [{ ...gone, history, observations: unwatched }, { ...gone, history, observations: down }, same]) {
      const verdict = await judged(sketch);
      assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    }
  });
  test('what is asked of the primary and of replicas may miss its plan by a call of each', async () => {
    const gets = (missing: number): Line[] =>
      Array.from({ length: 15 }, (_, nth) => ({ op: 'get', id: 'k', client: 1, due: 100_000 + nth * 200_000, role: 'replica', site: 'a' }))
        .map((line) => ({ ...line, start: line.due, end: line.due + 500, outcome: 'ok', found: false }))
        .filter((_, nth) => nth >= missing);
    const offered = (missing: number): Sketch => ({
      ...whole,
      history: [...whole.history, ...gets(missing)],
      run: run({ load: { add: 200, read: 400, get: 5 } }),
    });
    assert.equal((await judged(offered(2))).verdict, 'pass');
    assert.match((await judged(offered(3))).reasons.join('\n'), /2 get operations were offered .* in "before", planned were 5/u);
  });
  test('a copy may be down for as long as a fault lasts, and come back late', async () => {
    const down = (line: Line): boolean => line.copy === 'db2' && (line.at as number) > 1_050_000 && (line.at as number) < 2_900_000;
    const observations = whole.observations.map((line) => (down(line) ? { at: line.at, copy: 'db2', up: false } : line));
    assert.equal((await judged({ ...whole, observations })).verdict, 'pass');
    // so may all of them where no call was ok
    const failing = whole.history.map((line) => (during(line) ? { ...line, outcome: 'failed' } : line));
    const sent = new Set(failing.filter((line) => line.outcome === 'ok').map((line) => line.id));
    const ids = (whole.final.db1 ?? []).filter((id) => sent.has(id));
    const lost = whole.observations.map((line) =>
      'copy' in line && (line.at as number) >= 1_000_000 && (line.at as number) < 2_000_000
        ? { at: line.at, copy: line.copy, up: false }
        : line,
    );
    const all = await judged({ ...whole, history: failing, observations: lost, final: { db1: ids, db2: ids } });
    assert.doesNotMatch(all.reasons.join('\n'), /seen/u);
  });
  test('a copy that a fault made unreachable is watched by looks that waited', async () => {
    const sketch = steady({}, [1, 3, 1]);
    const observations = sketch.observations.filter(
      (line) => line.copy !== 'db2' || (line.at as number) < 1_100_000 || (line.at as number) > 3_700_000,
    );
    const waited = [1_100_000, 3_100_000].map((at) => ({ at, copy: 'db2', up: false, took: at === 1_100_000 ? 2_000_000 : 600_000 }));
    const verdict = await judged({ ...sketch, observations: [...observations, ...waited] });
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
  });
  test('a record of its own kind says which floors it keeps', async () => {
    const verdict = await judged(
      tiny({
        run: runOf({ floors: { ...NO_FLOORS, addsPerSecond: 20 } }),
        history: [add('e1', 0, 10), add('e2', 900_000, 900_010), add('e3', 900_020, 900_030)],
      }),
    );
    assert.match(verdict.reasons.join('\n'), /3\.3 adds a second were issued in "before", the floor is 20/u);
  });
});
