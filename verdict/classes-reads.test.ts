import { describe } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, get, NO_FLOORS, page, put, read, runOf, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** e4 is written from 100 to 200; what reads say of it meanwhile is up to each record */
const open = (lines: Line[], change: Partial<Sketch> = {}): Sketch =>
  tiny({
    history: more(add('e4', 100, 200, { copy: 'db1', system: 's', timeline: 1, lsn: '0/A0' }), ...lines),
    final: everywhere('e4'),
    ...change,
  });
const at = (copy: string, found: boolean, start: number, change: Line = {}): Line =>
  read('e4', start, start + 5, { found, role: 'replica', copy, ...change });
const restarted = (...seen: [number, string][]): Line[] =>
  seen.map(([moment, startedAt]) => ({ at: moment, copy: 'db2', up: true, startedAt }));
/** db2 is up, down at 120 and up at 125; `starts`: what its looks tell of the start of its server, the first to the last */
const down = (...starts: string[]): Line[] => [
  { at: 90, copy: 'db2', up: true, startedAt: starts[0] },
  { at: 120, copy: 'db2', up: false },
  { at: 125, copy: 'db2', up: true, took: 2, startedAt: starts[1] },
  { at: 200, copy: 'db2', up: true, startedAt: starts[1] },
];
const three = runOf({ floors: NO_FLOORS, copies: { db1: 'primary', db2: 'replica', db3: 'replica' } });
const threeFinals = { ...everywhere('e4'), db3: everywhere('e4').db1! };
const token = 's:1:7:0/A0';
const keys = [put('k', 1, 100, 110), put('k', 2, 120, 190)];
const keyed = everywhere({ id: 'k', version: 2 });

const pairs: Pair[] = [
  {
    name: 'non-monotonic',
    what: 'one copy showed it, and then did not',
    breaks: open([at('db2', true, 110), at('db2', false, 120)]),
    nearly: open([at('db2', true, 110), at('db2', false, 115)]),
  },
  {
    name: 'non-monotonic',
    what: 'one copy, and no restart between',
    breaks: open([at('db2', true, 110), at('db2', false, 120)], { observations: restarted([90, 'A'], [109, 'B'], [150, 'B']) }),
    nearly: open([at('db2', true, 110), at('db2', false, 120)], { observations: restarted([114, 'A'], [118, 'B']), ...journalled() }),
  },
  {
    name: 'non-monotonic',
    what: 'one copy that was seen down between, but is known to be the same server; without its start a restart may lie between',
    breaks: open([at('db2', true, 110), at('db2', false, 130)], { observations: down('A', 'A') }),
    nearly: open([at('db2', true, 110), at('db2', false, 130)], { observations: down() }),
  },
  {
    name: 'non-monotonic',
    what: 'one copy that was down before both reads; while it was down between them, and told its start before alone, it may have restarted',
    breaks: open([at('db2', true, 130), at('db2', false, 140)], { observations: down() }),
    nearly: open([at('db2', true, 110), at('db2', false, 130)], { observations: down('A') }),
  },
  {
    name: 'non-monotonic',
    what: 'an older version after a newer one',
    breaks: tiny({
      history: more(
        ...keys,
        get('k', 2, 130, 135, { role: 'replica', copy: 'db2' }),
        get('k', 1, 140, 145, { role: 'replica', copy: 'db2' }),
      ),
      final: keyed,
    }),
    nearly: tiny({
      history: more(
        ...keys,
        get('k', 2, 130, 140, { role: 'replica', copy: 'db2' }),
        get('k', 1, 140, 145, { role: 'replica', copy: 'db2' }),
      ),
      final: keyed,
    }),
  },
  {
    name: 'stale',
    what: 'two reads of the primary are one story',
    breaks: open([at('db1', true, 110, { role: 'primary' }), at('db1', false, 120, { role: 'primary' })]),
    nearly: open([at('db1', true, 110, { role: 'replica' }), at('db1', false, 115, { role: 'primary' })]),
    explains: ['non-monotonic'],
  },
  {
    name: 'non-monotonic-session',
    what: 'one client saw it at a copy, and with a token not at another',
    breaks: open([at('db2', true, 110), at('db3', false, 120, { token })], { run: three, final: threeFinals }),
    nearly: open([at('db2', true, 110), at('db3', false, 120, { token: 's:1:7:0/9F' })], { run: three, final: threeFinals }),
  },
  {
    name: 'stale',
    what: 'where every copy promises to be current, a session that goes back is part of it',
    breaks: open([at('db3', true, 201), at('db2', false, 207)], { run: { ...three, bounds: { staleReplica: 0 } }, final: threeFinals }),
    // seen before the ack: a copy is current without it
    nearly: open([at('db3', true, 110), at('db2', false, 116)], { run: { ...three, bounds: { staleReplica: 0 } }, final: threeFinals }),
    explains: ['non-monotonic-session'],
  },
  {
    name: 'stale',
    what: 'a get with a token must show the version it covers',
    breaks: tiny({
      history: more(
        put('k', 1, 100, 110, { system: 's', timeline: 1, lsn: '0/10' }),
        put('k', 2, 120, 130, { system: 's', timeline: 1, lsn: '0/20' }),
        get('k', 1, 140, 145, { role: 'replica', copy: 'db2', token: 's:1:1:0/20' }),
      ),
      final: keyed,
    }),
    nearly: tiny({
      history: more(
        put('k', 1, 100, 110, { system: 's', timeline: 1, lsn: '0/10' }),
        put('k', 2, 120, 130, { system: 's', timeline: 1, lsn: '0/20' }),
        get('k', 1, 140, 145, { role: 'replica', copy: 'db2', token: 's:1:1:0/1F' }),
      ),
      final: keyed,
    }),
  },
  {
    name: 'stale',
    what: 'an add that was told its id is there has seen it',
    breaks: open([add('e4', 110, 115, { outcome: 'unknown', found: true }), at('db1', false, 120, { role: 'primary' })]),
    nearly: open([add('e4', 110, 115, { outcome: 'unknown' }), at('db1', false, 120, { role: 'primary' })]),
    explains: ['non-monotonic'],
  },
  {
    name: 'skipped',
    what: 'a walk showed a later element, and never an earlier one',
    breaks: tiny({ history: more(page(['e1', 'e3'], 60, 70)) }),
    // e2 was still being written when e3 was begun
    nearly: tiny({ history: [add('e1', 0, 10), add('e2', 20, 45), add('e3', 40, 50), page(['e1', 'e3'], 44, 70)] }),
  },
  {
    name: 'skipped',
    what: 'a walk reached the end after it was known',
    breaks: tiny({ history: more(page(['e1', 'e2'], 45, 48), page([], 60, 70, { after: 'p48' })) }),
    // the second page could hold no more
    nearly: tiny({ history: more(page(['e1'], 45, 48, { limit: 1 }), page(['e2'], 60, 70, { after: 'p48', limit: 1 })) }),
  },
  {
    name: 'skipped',
    what: 'nothing that was open can have held the list back',
    breaks: tiny({ history: more(add('e4', 51, 80), page(['e1', 'e2'], 60, 70)), final: everywhere('e4') }),
    // e4 was begun before e3 was known, and may stand before it
    nearly: tiny({ history: more(add('e4', 49, 80), page(['e1', 'e2'], 60, 70)), final: everywhere('e4') }),
  },
  {
    name: 'skipped',
    what: 'an earlier list had shown it already',
    breaks: tiny({
      history: more(add('e4', 49, 90), page(['e1', 'e2', 'e3'], 60, 64), page(['e1', 'e2'], 70, 75, { id: 'other' })),
      final: everywhere('e4'),
    }),
    nearly: tiny({
      history: more(add('e4', 49, 90), page(['e1', 'e2', 'e3'], 60, 70), page(['e1', 'e2'], 70, 75, { id: 'other' })),
      final: everywhere('e4'),
    }),
  },
  {
    name: 'skipped',
    what: 'a replica whose token demanded it',
    breaks: open([add('e5', 210, 220), page(['e1', 'e2', 'e3', 'e5'], 230, 240, { role: 'replica', copy: 'db2', token })], {
      final: everywhere('e4', 'e5'),
    }),
    nearly: open([page(['e1', 'e2', 'e3'], 230, 240, { role: 'replica', copy: 'db2', token: 's:1:7:0/9F' })]),
  },
  {
    name: 'skipped',
    what: 'a replica that shows what was begun later',
    breaks: open([add('e5', 210, 220), page(['e1', 'e2', 'e3', 'e5'], 230, 240, { role: 'replica', copy: 'db2' })], {
      final: everywhere('e4', 'e5'),
    }),
    // e5 may stand before e4
    nearly: open([add('e5', 150, 160), page(['e1', 'e2', 'e3', 'e5'], 230, 240, { role: 'replica', copy: 'db2' })], {
      final: everywhere('e4', 'e5'),
    }),
  },
];

/** the journal and phases that go with a restart at 100 µs */
function journalled(): Partial<Sketch> {
  const states = [
    ['intent', 80],
    ['applied', 85],
    ['verified', 90],
    ['gone', 160],
  ] as const;
  return {
    faults: states.map(([state, moment]) => ({ fault: 'powerOff', target: 'db2', state, at: moment })),
    run: runOf({
      floors: NO_FLOORS,
      phases: [
        { name: 'before', start: 0, end: 80 },
        { name: 'during', start: 80, end: 160 },
        { name: 'after', start: 160, end: 300 },
      ],
    }),
    history: more(add('e4', 100, 200, { copy: 'db1' }), at('db2', true, 110), at('db2', false, 120), add('e6', 250, 260)),
    final: everywhere('e4', 'e6'),
  };
}

describe('every class of broken promise among reads', { concurrency: 4 }, () => testPairs(pairs));
