import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, classesOf, faultOf, get, judged, NO_FLOORS, runOf, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
type Spoil = (line: Line & { due: number; start: number; end: number }) => Line | undefined;

/** 200 gets a second for 4 s by forty clients, each answered within 2 ms, with a fault from the first second to the third; what `spoil` makes of them. */
function gets(spoil: Spoil, run: Line = {}): Sketch {
  const phases = [
    { name: 'before', start: 0, end: 1_000_000 },
    { name: 'during', start: 1_000_000, end: 3_000_000 },
    { name: 'after', start: 3_000_000, end: 4_000_000 },
  ];
  const asked = Array.from({ length: 800 }, (_, nth) => {
    const due = nth * 5000;
    return { op: 'get', id: `k${nth}`, client: 10 + (nth % 40), due, start: due, end: due + 2000, outcome: 'ok', found: false };
  });
  return tiny({
    run: runOf({ floors: NO_FLOORS, phases, bounds: { availability: 0.99, longestOutageMs: 100 }, load: { get: 200 }, ...run }),
    history: [...tiny().history, ...asked.flatMap((line): Line[] => [spoil(line)].filter((spoilt) => spoilt !== undefined))],
    faults: faultOf({ intent: 1_000_000, applied: 1_005_000, verified: 1_100_000, gone: 3_000_000 }),
  });
}

/** A call that the generator began so late; ms. */
const late = (line: { start: number; end: number }, ms: number): Line => ({
  ...line,
  start: line.start + ms * 1000,
  end: line.end + ms * 1000,
});
const dropped = ({ due }: { due: number }): Line => ({ op: 'dropped', kind: 'get', due });
const within = ({ due }: { due: number }, from: number, to: number): boolean => due >= from * 1e6 && due < to * 1e6;

describe('a load generator', { concurrency: 2 }, () => {
  test('that stood still during the fault, and sent what was due then afterwards, asked nothing: no pass', async () => {
    const verdict = await judged(gets((line) => (within(line, 1.2, 2.8) ? { ...line, start: 2_800_000, end: 2_802_000 } : line)));
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.equal(verdict.availability.event, 1);
    assert.match(
      verdict.reasons[0] ?? '',
      /of 400 get operations due in "during" the load generator began 3\d\d more than 100 ms late, and dropped 0/u,
    );
  });
  test('that is a little late, or late with a call or two, spoils nothing', async () => {
    for (const spoil of [(line) => late(line, 100), (line) => (within(line, 1.2, 1.21) ? late(line, 900) : line)] satisfies Spoil[]) {
      const verdict = await judged(gets(spoil));
      assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    }
  });
  test('that stands still for half a second of a long phase asked nothing then either', async () => {
    // of 3,000 calls 25 are late: less than a hundredth
    const sketch = gets(() => undefined, { load: {}, phases: [{ name: 'before', start: 0, end: 60_000_000 }] });
    const rare = (stall: boolean): Line[] =>
      Array.from({ length: 3000 }, (_, nth) => {
        const due = nth * 20_000;
        const start = stall && due >= 30_000_000 && due < 30_700_000 ? 30_700_000 : due;
        return get(`k${nth}`, 1, start, start + 900, { due, found: false, version: undefined, value: undefined });
      });
    const judge = (stall: boolean) => judged({ ...sketch, faults: [], history: [...sketch.history, ...rare(stall)] });
    const calm = await judge(false);
    assert.equal(calm.verdict, 'pass', calm.reasons.join('\n'));
    assert.deepEqual(classesOf(await judge(true)), { breaking: [], other: ['vacuous'] });
  });
  test('whose late calls run into an outage does not make it longer than it was', async () => {
    const failing = { outcome: 'failed' };
    const verdict = await judged(
      gets((line) => (within(line, 1.2, 1.85) ? { ...line, ...failing, start: 1_950_000, end: 1_952_000 } : line)),
    );
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(
      verdict.reasons.join('\n'),
      /bound longestOutageMs cannot be judged: longest outage 700 ms > 100 ms .*late or not at all/u,
    );
    const real = await judged(
      gets((line) => {
        if (within(line, 1.2, 1.85)) return { ...line, ...failing, start: 1_950_000, end: 1_952_000 };
        return within(line, 2.2, 2.5) ? { ...line, ...failing } : line;
      }),
    );
    assert.deepEqual(classesOf(real), { breaking: ['availability', 'longest-outage'], other: ['vacuous'] });
  });
  test('without free clients while answers are quick has too few: its drops are not the service', async () => {
    const fifth = ({ due }: { due: number }): boolean => due >= 500_000 && due % 25_000 === 0;
    const verdict = await judged(gets((line) => (fifth(line) ? dropped(line) : line)));
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(verdict.reasons.join('\n'), /of 400 get operations due in "during" .* dropped 80 while the service held no client up/u);
    assert.match(verdict.reasons.join('\n'), /bound availability cannot be judged: availability 0\.\d+ < 0\.99/u);
    // one client of forty that waits holds up nobody else
    const one = await judged(
      gets((line) => {
        if (fifth(line)) return dropped(line);
        return line.due === 1_005_000 ? { ...line, end: 3_000_000 } : line;
      }),
    );
    assert.deepEqual(classesOf(one), { breaking: [], other: ['vacuous'] });
  });
  test('whose clients all wait for the service drops what the service does not answer', async () => {
    // forty clients take the first calls of the outage, and wait for their whole timeout
    const hangs: Spoil = (line) => {
      if (!within(line, 1.2, 3)) return line;
      return within(line, 1.2, 1.4) ? { ...line, end: 3_000_000, outcome: 'unknown' } : dropped(line);
    };
    const verdict = await judged(gets(hangs));
    assert.deepEqual(classesOf(verdict), { breaking: ['availability', 'longest-outage'], other: [] });
    // and so do ten, where there are no more
    const few = await judged(
      gets((line) => {
        const client = 10 + (Number(line.client) % 10);
        if (!within(line, 1.2, 3)) return { ...line, client };
        return within(line, 1.2, 1.25) ? { ...line, client, end: 3_000_000, outcome: 'unknown' } : dropped(line);
      }),
    );
    assert.deepEqual(classesOf(few), { breaking: ['availability', 'longest-outage'], other: [] });
    // also where they wait for writes
    const writes = Array.from({ length: 40 }, (_, nth) => add(`w${nth}`, 1_200_000, 3_000_000, { client: 10 + nth, outcome: 'unknown' }));
    const sketch = gets((line) => (within(line, 1.2, 3) ? dropped(line) : line), { bounds: { longestOutageMs: 100 } });
    const shared = await judged({ ...sketch, history: [...sketch.history, ...writes] });
    assert.ok(classesOf(shared).breaking.includes('longest-outage'), shared.reasons.join('\n'));
  });
});
