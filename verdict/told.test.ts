import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more } from './testing-pairs.ts';
import { classesOf, get, judged, page, put, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const two = [put('k', 1, 100, 110), put('k', 2, 120, 130)];
const plain = two.map((line) => ({ ...line, version: undefined }));
const of = (history: Line[], row: Line): Sketch => tiny({ history: more(...history), final: everywhere({ id: 'k', ...row }) });
const told = async (sketch: Sketch): Promise<[string, string[], string]> => {
  const verdict = await judged(sketch);
  return [verdict.verdict, classesOf(verdict).breaking, verdict.reasons[0] ?? ''];
};
const decided = async (sketch: Sketch, verdict: string, breaking: string[] = []): Promise<void> => {
  assert.deepEqual((await told(sketch)).slice(0, 2), [verdict, breaking]);
};
const doubted = async (sketch: Sketch, why: RegExp): Promise<void> => {
  const [verdict, breaking, reason] = await told(sketch);
  assert.deepEqual([verdict, breaking], ['inconclusive', []], reason);
  assert.match(reason, why);
};

describe('a final state', { concurrency: 4 }, () => {
  test('without versions and values says nothing of acknowledged puts', async () => {
    await doubted(of(two, {}), /1 keys with answered puts have a row in the truth that does not tell which put it is/u);
    await doubted(of(plain, { version: 9 }), /does not tell which put it is/u);
    await decided(of([put('k', 1, 100, 110, { outcome: 'unknown' })], {}), 'pass');
  });
  test('of which one row says nothing, and the others do', async () => {
    const sketch = of([...two, put('j', 1, 100, 110)], { version: 2 });
    await doubted({ ...sketch, final: everywhere({ id: 'k', version: 2 }, 'j') }, /\("j" and others\)$/u);
  });
  test('tells the put by its version alone, or by its value alone', async () => {
    await decided(of(two, { version: 2 }), 'pass');
    await decided(of(two, { value: 'k 2' }), 'pass');
    await decided(of(two, { version: 1 }), 'fail', ['lost-update']);
    await decided(of(two, { value: 'k 1' }), 'fail', ['lost-update']);
    await decided(of(two, { value: 'other' }), 'fail', ['lost-update']);
  });
});

describe('puts without versions', { concurrency: 4 }, () => {
  test('are in the order of their times', async () => {
    await decided(of(plain, { value: 'k 2' }), 'pass');
    await decided(of(plain, { value: 'k 1', version: 7 }), 'fail', ['lost-update']);
    const { findings } = await judged(of(plain, { value: 'k 1' }));
    assert.match(findings[0]?.message ?? '', /\(of an earlier put; bound 0\)/u);
  });
  test('may have come late where one was not answered', async () => {
    const [first = {}, second = {}] = plain;
    const open = [{ ...first, outcome: 'unknown' }, second];
    await doubted(of(open, { value: 'k 1' }), /1 keys hold a put that was not answered, and that was sent before one that was/u);
    await decided(of(open, { value: 'k 2' }), 'pass');
    await doubted(
      of([...open, get('k', 1, 140, 150, { version: undefined })], { value: 'k 2' }),
      /1 gets showed a put that was not answered/u,
    );
    await decided(of([...open, get('k', 1, 120, 125, { version: undefined })], { value: 'k 2' }), 'pass');
  });
  test('that overlap have no order', async () => {
    const [first = {}, second = {}] = plain;
    await doubted(of([first, { ...second, start: 105 }], { value: 'k 1' }), /puts without versions that overlap/u);
    await decided(of([first, { ...second, start: 110 }], { value: 'k 1' }), 'fail', ['lost-update']);
  });
  test('of which some are answered with theirs are told by it', async () => {
    const some = [...two, put('k', 3, 140, 150, { version: undefined, outcome: 'unknown' })];
    await decided(of(some, { version: 3, value: 'k 3' }), 'pass');
    await decided(of(some, { version: 1, value: 'k 1' }), 'fail', ['lost-update']);
  });
});

describe('gets', { concurrency: 4 }, () => {
  const after = (change: Line, role = 'primary'): Line =>
    get('k', 2, 140, 150, { role, copy: role === 'primary' ? 'db1' : 'db2', ...change });
  test('that show neither a version nor a value leave the record undecided', async () => {
    await doubted(
      of([...two, after({ version: undefined, value: undefined })], { version: 2 }),
      /1 gets do not tell which put they showed/u,
    );
    await doubted(of([...plain, after({ version: 5, value: undefined })], { value: 'k 2' }), /do not tell which put they showed/u);
    await doubted(of([...two, after({ found: undefined })], { version: 2 }), /1 gets do not say whether the key was there/u);
  });
  test('that show a value alone are stale by it', async () => {
    await decided(of([...two, after({ version: undefined })], { version: 2 }), 'pass');
    await decided(of([...two, after({ version: undefined, value: 'k 1' })], { version: 2 }), 'fail', ['stale']);
    await decided(of([...plain, after({ version: undefined, value: 'k 1' })], { value: 'k 2' }), 'fail', ['stale']);
  });
  test('that show a value alone go back by it', async () => {
    const back = [1, 0].map((place) =>
      get('k', 1 + place, 150 - 10 * place, 155 - 10 * place, { version: undefined, role: 'replica', copy: 'db2' }),
    );
    await decided(of([...plain, ...back], { value: 'k 2' }), 'fail', ['non-monotonic']);
    await decided(of([...plain, ...back.map((line, place) => ({ ...line, copy: `db${place + 1}` }))], { value: 'k 2' }), 'pass');
  });
});

test('pages that do not say what they showed leave the record undecided', async () => {
  await doubted(tiny({ history: more(page(['e1'], 60, 70, { items: undefined })) }), /1 pages of lists do not tell what they showed/u);
  await decided(tiny({ history: more(page([], 60, 70, { items: undefined, outcome: 'unknown' })) }), 'pass');
});
