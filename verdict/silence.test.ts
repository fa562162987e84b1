import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../record/verdict-format.ts';
import { classesOf, judged, NO_FLOORS, runOf, tiny } from './testing.ts';

type Line = Record<string, unknown>;
type Call = Line & { due: number; client: number; pod: string };

const END = 24_000_000;
const failed = { outcome: 'unknown', pod: undefined, site: undefined, found: undefined };

/** Forty clients whose gets ten pods of two sites answer, a hundred a second for 24 s; what `spoil` makes of them. */
async function clients(bounds: Line, spoil: (line: Call) => Line | undefined): Promise<Verdict> {
  const calls = Array.from({ length: END / 10_000 }, (_, nth): Call => {
    const due = nth * 10_000;
    // a pod serves all clients in turn
    const pod = (nth + Math.floor(nth / 40)) % 10;
    const served = { pod: `p${pod}`, site: pod % 2 === 0 ? 'a' : 'b' };
    return { op: 'get', id: `k${nth}`, client: 10 + (nth % 40), due, start: due, end: due + 2000, outcome: 'ok', found: false, ...served };
  });
  return judged(
    tiny({
      run: runOf({ floors: NO_FLOORS, phases: [{ name: 'before', start: 0, end: END }], bounds }),
      history: [...tiny().history, ...calls.flatMap((line): Line[] => [spoil(line)].filter((spoilt) => spoilt !== undefined))],
    }),
  );
}

const between = ({ due }: Call, from: number, to: number): boolean => due >= from * 1e6 && due < to * 1e6;
const silenceOf = (verdict: Verdict, who: string): number | undefined => {
  const found = verdict.availability.silences?.find((silence) => silence.who === who);
  return found === undefined ? undefined : (found.end - found.start) / 1000;
};

describe('a silence', { concurrency: 2 }, () => {
  test('of one client of forty is measured, judged by its bound, and told where recovery may not take as long', async () => {
    // it is asked for every 400 ms: from 2 s on, and again at 21.2 s
    const mute = (line: Call): Line => (line.client === 10 && between(line, 2, 21) ? { ...line, ...failed } : line);
    const verdict = await clients({ longestSilenceMs: 19_000, availability: 0.97 }, mute);
    assert.deepEqual(classesOf(verdict), { breaking: ['longest-silence'], other: [] });
    assert.match(verdict.reasons[0] ?? '', /client "10" got no answer for 19,202 ms, from 2000000 to 21202000 µs > 19,000 ms/u);
    const held = await clients({ longestSilenceMs: 19_202 }, mute);
    assert.equal(held.verdict, 'pass', held.reasons.join('\n'));
    const told = await clients({ rtoMs: 19_000 }, mute);
    assert.match(
      told.reasons.join('\n'),
      /note: client "10" got no answer for 19,202 ms, .* longer than the 19,000 ms that recovery may take/u,
    );
    assert.doesNotMatch((await clients({ rtoMs: 20_000 }, mute)).reasons.join('\n'), /no answer for/u);
  });
  test('is as well one call that hangs, of a client that waits for it', async () => {
    const hangs = (line: Call): Line | undefined => {
      if (line.client !== 10 || !between(line, 2, 21)) return line;
      return line.due === 2_000_000 ? { ...line, end: 21_000_000 } : undefined;
    };
    const verdict = await clients({ longestSilenceMs: 18_000 }, hangs);
    assert.deepEqual(classesOf(verdict).breaking, ['longest-silence']);
    assert.equal(silenceOf(verdict, 'client'), 19_000);
  });
  test('is none of a client that gets other answers meanwhile, or does not ask', async () => {
    const other = await clients({ longestSilenceMs: 1000 }, (line) =>
      line.due === 2_000_000 ? { ...line, ...failed, end: 21_000_000 } : line,
    );
    assert.equal(other.verdict, 'pass', other.reasons.join('\n'));
    const away = (line: Call): Line | undefined => {
      if (line.client !== 10 || !between(line, 2, 21)) return line;
      return line.due === 2_000_000 ? { ...line, ...failed } : undefined;
    };
    assert.equal((await clients({ longestSilenceMs: 1000 }, away)).verdict, 'pass');
  });
  test('may have been longer where no answer came before the end', async () => {
    const verdict = await clients({ longestSilenceMs: 5000 }, (line) =>
      line.client === 10 && between(line, 22, 24) ? { ...line, ...failed } : line,
    );
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(verdict.reasons[0] ?? '', /bound longestSilenceMs cannot be judged: client "10" got no answer until the end/u);
  });
  test('of a pod or a site that is asked is told, though its calls do not name it; of one that is out of service not', async () => {
    for (const [who, is] of [
      ['pod', (line: Call) => line.pod === 'p3'],
      ['site', (line: Call) => line.site === 'b'],
    ] as const) {
      const mute = await clients({ longestSilenceMs: 18_000 }, (line) =>
        is(line) && between(line, 2, 21) ? { ...line, ...failed } : line,
      );
      assert.deepEqual(classesOf(mute).breaking, ['longest-silence']);
      assert.ok(Math.abs(Number(silenceOf(mute, who)) - 19_100) < 200, `${who}: ${silenceOf(mute, who)}`);
      const out = await clients({ longestSilenceMs: 1000 }, (line) => {
        if (!is(line) || !between(line, 2, 21)) return line;
        return between(line, 2, 2.2) ? { ...line, ...failed } : { ...line, pod: 'p2', site: 'a' };
      });
      assert.equal(out.verdict, 'pass', out.reasons.join('\n'));
    }
  });
});
