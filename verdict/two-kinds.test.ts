import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, classesOf, get, judged, page, put, read, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const unknown = { outcome: 'unknown' };
const replica = { role: 'replica', copy: 'db2' };
const absent = { found: false, version: null, value: null };
const found = { version: null, value: null };
const row = { id: 'k', version: 1, value: 'k 1' };
const of = (lines: Line[], ...rows: (string | Line)[]): Sketch => tiny({ history: more(...lines), final: everywhere(...rows) });

const pairs: Pair[] = [
  {
    name: 'stale',
    what: 'an element that was added is got from the primary, and not there',
    breaks: of([add('e4', 75, 79), get('e4', 0, 80, 90, absent)], 'e4'),
    nearly: of([add('e4', 75, 80), get('e4', 0, 80, 90, absent)], 'e4'),
  },
  {
    name: 'stale',
    what: 'an element without an ack, that a list of the primary showed',
    breaks: of([add('e4', 60, 99, unknown), page(['e1', 'e2', 'e3', 'e4'], 70, 75), get('e4', 0, 80, 90, absent)], 'e4'),
    nearly: of([add('e4', 60, 99, unknown), page(['e1', 'e2', 'e3', 'e4'], 70, 80), get('e4', 0, 80, 90, absent)], 'e4'),
    explains: ['non-monotonic'],
  },
  {
    name: 'stale',
    what: 'a key that was put is read from the primary, and not there',
    breaks: of([put('k', 1, 60, 70), read('k', 80, 90, { found: false })], row),
    nearly: of([put('k', 1, 60, 80), read('k', 80, 90, { found: false })], row),
  },
  {
    name: 'stale',
    what: 'a key without an ack, that a get of the primary showed, is read and not there',
    breaks: of([put('k', 1, 60, 99, unknown), get('k', 1, 70, 75), read('k', 80, 90, { found: false })], row),
    nearly: of([put('k', 1, 60, 99, unknown), get('k', 1, 70, 80), read('k', 80, 90, { found: false })], row),
    explains: ['non-monotonic'],
  },
  {
    name: 'lost',
    what: 'an acknowledged element that a get saw',
    breaks: of([add('e4', 60, 70), get('e4', 0, 80, 90, found)]),
    nearly: of([add('e4', 60, 70), get('e4', 0, 80, 90, found)], 'e4'),
    explains: ['read-then-lost'],
  },
  {
    name: 'read-then-lost',
    what: 'an element without an ack that a get saw',
    breaks: of([add('e4', 60, 70, unknown), get('e4', 0, 80, 90, { ...found, ...replica })]),
    nearly: of([add('e4', 60, 70, unknown), get('e4', 0, 80, 90, { ...absent, ...replica })]),
  },
  {
    name: 'read-then-lost',
    what: 'a key without an ack that a read saw',
    breaks: of([put('k', 1, 60, 70, unknown), read('k', 80, 90, replica)]),
    nearly: of([put('k', 1, 60, 70, unknown), read('k', 80, 90, { ...replica, found: false })]),
  },
  {
    name: 'read-then-lost',
    what: 'a key without an ack that a list showed',
    breaks: of([put('k', 1, 60, 70, unknown), page(['k'], 80, 90, { after: 'n0', ...replica })]),
    nearly: of([put('k', 1, 60, 70, unknown), page(['k'], 80, 90, { after: 'n0', ...replica })], row),
  },
  {
    name: 'read-then-lost',
    what: 'an add that certainly failed, for its id was there already',
    breaks: of([add('e4', 60, 70, unknown), add('e4', 80, 90, { outcome: 'failed', found: true, attempt: 2 })]),
    nearly: of([add('e4', 60, 70, unknown), add('e4', 80, 90, { outcome: 'failed', attempt: 2 })]),
  },
  {
    name: 'non-monotonic',
    what: 'a copy shows an element to a read, and not to a get',
    breaks: of([add('e4', 60, 99), read('e4', 70, 75, replica), get('e4', 0, 80, 90, { ...absent, ...replica })], 'e4'),
    nearly: of([add('e4', 60, 99), read('e4', 70, 80, replica), get('e4', 0, 80, 90, { ...absent, ...replica })], 'e4'),
  },
  {
    name: 'non-monotonic',
    what: 'a copy shows a key to a get, and not to a read',
    breaks: of([put('k', 1, 60, 99), get('k', 1, 70, 75, replica), read('k', 80, 90, { ...replica, found: false })], row),
    nearly: of([put('k', 1, 60, 99), get('k', 1, 70, 80, replica), read('k', 80, 90, { ...replica, found: false })], row),
  },
  {
    name: 'non-monotonic',
    what: 'an element that only gets ask for',
    breaks: of([add('e4', 60, 99), get('e4', 0, 70, 75, { ...found, ...replica }), get('e4', 0, 80, 90, { ...absent, ...replica })], 'e4'),
    nearly: of([add('e4', 60, 99), get('e4', 0, 70, 80, { ...found, ...replica }), get('e4', 0, 80, 90, { ...absent, ...replica })], 'e4'),
  },
  {
    name: 'never-written',
    what: 'a list shows a key before its put was sent',
    breaks: of([page(['k'], 80, 90, { after: 'n0' }), put('k', 1, 20_000, 20_009)], row),
    nearly: of([page(['k'], 80, 90, { after: 'n0' }), put('k', 1, 90, 20_009)], row),
  },
  {
    name: 'stale',
    what: 'a get without an ack of its element, which an add met',
    breaks: of([add('e4', 60, 99, unknown), add('e4', 70, 75, { outcome: 'failed', found: true }), get('e4', 0, 80, 90, absent)], 'e4'),
    nearly: of([add('e4', 60, 99, unknown), add('e4', 70, 75, { outcome: 'failed' }), get('e4', 0, 80, 90, absent)], 'e4'),
    explains: ['non-monotonic'],
  },
];

describe('an id of two kinds is one', { concurrency: 4 }, () => {
  testPairs(pairs);

  test('a key that held nothing yet, and is absent in the end, was not lost', async () => {
    const verdict = await judged(
      of([put('k', 1, 60, 70, unknown), get('k', 0, 80, 90, { value: null }), read('k', 95, 99, { found: false })]),
    );
    assert.deepEqual([verdict.verdict, verdict.findings], ['pass', []], verdict.reasons.join('\n'));
  });
  test('a get refutes what was added as a read does', async () => {
    const lines = [add('e4', 60, 70), get('e4', 0, 80, 90, { ...found, ...replica })];
    const { coverage } = await judged(of(lines, 'e4'));
    assert.equal(coverage.share, 1);
  });
});

test('a get that says both that a key is not there and what it holds leaves the record undecided', async () => {
  for (const change of [{ value: null }, { version: null }, {}]) {
    const verdict = await judged(of([put('k', 1, 60, 70, unknown), get('k', 1, 80, 90, { found: false, ...change })], row));
    assert.deepEqual([verdict.verdict, classesOf(verdict).breaking], ['inconclusive', []]);
    assert.match(verdict.reasons[0] ?? '', /1 gets say that the key was not there, and show a version or value of it/u);
  }
  const initial = get('k', 0, 80, 90, { found: false, value: null });
  assert.equal((await judged(of([put('k', 1, 60, 70, unknown), initial], row))).verdict, 'pass');
});
