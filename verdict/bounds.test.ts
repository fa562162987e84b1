import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, classesOf, get, judged, NO_FLOORS, put, runOf, steady, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
const whole = steady();
const due = (line: Line): number => line.due as number;
const isRead = (line: Line, role: string): boolean => line.op === 'read' && line.role === role;
const bound = (bounds: Line, change: Partial<Sketch> = {}): Sketch => ({
  ...whole,
  ...change,
  run: { ...(change.run ?? whole.run), bounds },
});
/** The sketch with calls changed; null: without them. */
const calls = (change: (line: Line) => Line | null): Partial<Sketch> => ({
  history: whole.history.map(change).filter((line) => line !== null),
});
/** Nobody asked a role from one second on for another; the plan says nothing of it. */
const unasked = (role: string, from: number): Partial<Sketch> => ({
  ...calls((line) => (isRead(line, role) && due(line) >= from && due(line) < from + 1e6 ? null : line)),
  run: { ...whole.run, load: undefined },
});
/** What the reads of a role say in one phase, spoilt. */
const spoilt = (role: string, change: Line): Partial<Sketch> => calls((line) => (isRead(line, role) ? { ...line, ...change } : line));

/** A bound that nothing could have broken, and what is said of it. */
const cases: { title: string; sketch: Sketch; says: RegExp }[] = [
  ...[0, 1e6, 2e6].map((from, nth) => ({
    title: `nobody asked the primary in phase ${nth + 1}`,
    sketch: bound({ stalePrimary: 0 }, unasked('primary', from)),
    says: new RegExp(`bound stalePrimary cannot be judged: no read of the primary .* in "${['before', 'during', 'after'][nth]}"$`, 'mu'),
  })),
  {
    title: 'all reads were asked of replicas',
    sketch: bound({ stalePrimary: 0 }, spoilt('primary', { role: 'replica', copy: 'db2' })),
    says: /bound stalePrimary .* in "after", "before", "during"|bound stalePrimary .* in "before", "during", "after"/u,
  },
  {
    title: 'no read of the primary says what it found',
    sketch: bound({ stalePrimary: 0 }, spoilt('primary', { found: null })),
    says: /bound stalePrimary/u,
  },
  {
    title: 'no read of the primary began after its element was known',
    sketch: bound(
      { stalePrimary: 0 },
      calls((line) => (isRead(line, 'primary') ? { ...line, start: due(line) - 2400, end: due(line), due: due(line) - 2400 } : line)),
    ),
    says: /bound stalePrimary/u,
  },
  {
    title: 'a promise that is implied: the primary was asked, and never for what was known',
    sketch: { ...whole, ...spoilt('primary', { found: null }) },
    says: /bound stalePrimary cannot be judged: the primary was asked, but no answer could have missed a known element/u,
  },
  {
    title: 'one of two replicas that promise to be current was never asked',
    sketch: bound(
      { staleReplica: 0 },
      {
        run: { ...whole.run, copies: { db1: 'primary', db2: 'replica', db3: 'replica' } },
        observations: whole.observations.flatMap((line) => (line.copy === 'db2' ? [line, { ...line, copy: 'db3' }] : [line])),
        final: { ...whole.final, db3: whole.final.db2 ?? [] },
      },
    ),
    says: /bound staleReplica cannot be judged: replica "db3" was never asked$/mu,
  },
  {
    title: 'nobody asked a replica after the fault',
    sketch: bound({ staleReplica: 0 }, unasked('replica', 2e6)),
    says: /bound staleReplica .* a replica .* in "after"$/mu,
  },
  {
    title: 'no answer of a replica names its copy',
    sketch: bound({ staleReplicaP99Ms: 100 }, spoilt('replica', { copy: null })),
    says: /bound staleReplicaP99Ms cannot be judged: no read of a replica that names its copy/u,
  },
  {
    title: 'no copy was seen to restart',
    sketch: bound({ staleRestarting: 0 }),
    says: /bound staleRestarting .* no replica was asked while/u,
  },
  {
    title: 'every write was replicated',
    sketch: bound({ lostUnreplicated: 0 }),
    says: /bound lostUnreplicated .* no write was answered without replication/u,
  },
  {
    title: 'nothing was written after the fault',
    sketch: bound(
      { lost: 0 },
      {
        ...calls((line) => (due(line) < 2e6 ? line : line.op === 'add' ? { ...line, outcome: 'failed' } : null)),
        run: { ...whole.run, floors: NO_FLOORS },
        final: cut(2e6),
      },
    ),
    says: /bound lost cannot be judged: no write was acknowledged as replicated in "after"/u,
  },
  {
    title: 'nobody wrote, and nothing may be lost',
    sketch: tiny({
      run: runOf({ floors: NO_FLOORS, bounds: { lost: 0 } }),
      history: [add('e1', 0, 10, { outcome: 'failed' })],
      final: { db1: [], db2: [] },
    }),
    says: /bound lost cannot be judged: no write was acknowledged as replicated in "before"/u,
  },
  {
    title: 'puts of which none was acknowledged',
    sketch: tiny({
      history: [
        ...tiny().history,
        ...Array.from({ length: 20 }, (_, nth) => put('k', nth + 1, 100 + nth, 110 + nth, { outcome: 'unknown' })),
      ],
    }),
    says: /bound lost cannot be judged: puts were offered, but none was acknowledged/u,
  },
  {
    title: 'no fault whose loss had an age',
    sketch: tiny({ run: runOf({ floors: NO_FLOORS, bounds: { rpoMs: 5 } }) }),
    says: /bound rpoMs .* no fault was applied/u,
  },
  {
    title: 'no answer after the fault has a latency',
    sketch: bound(
      { latencyP99Ms: 1000 },
      calls((line) => (due(line) >= 2e6 ? { ...line, outcome: 'unknown' } : line)),
    ),
    says: /bound latencyP99Ms cannot be judged: no call was answered in "after"/u,
  },
  {
    title: 'no answer names its site, and no routing is given',
    sketch: bound({ share: [0.4, 0.6] }, { ...calls((line) => ({ ...line, site: null })), run: { ...whole.run, topology: {} } }),
    says: /bound share cannot be judged: routing is not active-active/u,
  },
  {
    title: 'no answer after the fault names its site',
    sketch: bound(
      { share: [0.4, 0.6], leastShare: 0.4 },
      calls((line) => (due(line) >= 2e6 ? { ...line, site: null } : line)),
    ),
    says: /bound share cannot be judged: "after" has no 200 ok answers that name their site/u,
  },
  {
    title: 'no answer during the fault names its site',
    sketch: bound({ leastShare: 0.1 }, { ...calls((line) => (due(line) >= 1e6 && due(line) < 2e6 ? { ...line, site: null } : line)) }),
    says: /bound leastShare cannot be judged: 0 of 600 ok answers in "during" name their site/u,
  },
  {
    title: 'sites that nobody named may have given nothing',
    sketch: bound(
      { leastShare: 0.1 },
      {
        ...calls((line) => ({ ...line, site: 'a' })),
        observations: whole.observations.filter((line) => 'copy' in line),
        run: { ...whole.run, topology: {} },
      },
    ),
    says: /bound leastShare cannot be judged: run\.json names no sites/u,
  },
];

function cut(from: number): Sketch['final'] {
  const sent = new Set(whole.history.filter((line) => line.op === 'add' && due(line) < from).map((line) => line.id));
  const ids = (whole.final.db1 ?? []).filter((id) => sent.has(id));
  return { db1: ids, db2: ids };
}

describe('a promise that nothing could have broken', { concurrency: 4 }, () => {
  for (const { title, sketch, says } of cases) {
    test(`is not kept: ${title}`, async () => {
      const verdict = await judged(sketch);
      assert.deepEqual([verdict.verdict, classesOf(verdict).breaking], ['inconclusive', []], verdict.reasons.join('\n'));
      assert.match(verdict.reasons.join('\n'), says);
    });
  }

  const every = {
    lost: 0,
    rpoMs: 10,
    stalePrimary: 0,
    staleReplica: 0,
    staleReplicaP99Ms: 5,
    availability: 1,
    timeAvailability: 1,
    longestOutageMs: 0,
    rtoMs: 100,
    latencyP99Ms: 10,
    share: [0.4, 0.6],
    leastShare: 0.4,
  };
  test('is one of many: all of those that a steady run measures are kept by it', async () => {
    const verdict = await judged(bound(every, longer()));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
  });
  test('is no other than one that a fault took away: a primary that answered nothing meanwhile', async () => {
    const failing = calls((line) =>
      isRead(line, 'primary') && due(line) >= 1e6 && due(line) < 2e6 ? { ...line, outcome: 'failed' } : line,
    );
    assert.equal((await judged(bound({ stalePrimary: 0 }, failing))).verdict, 'pass');
  });
  test('is kept by gets alone, if they name what they saw', async () => {
    const keyed = (change: Line): Sketch => {
      const gets = whole.history.flatMap((line) =>
        isRead(line, 'primary')
          ? [get('k', 1, due(line), due(line) + 500, { due: due(line), site: 'a', role: 'primary', ...change })]
          : [line],
      );
      const row = { id: 'k', version: 1, value: 'k 1' };
      const final = [...(whole.final.db1 ?? []), row];
      return bound(
        { stalePrimary: 0 },
        {
          history: [put('k', 1, -900, -500, { copy: 'db1', site: 'a' }), ...gets],
          final: { db1: final, db2: final },
          run: { ...whole.run, load: undefined },
        },
      );
    };
    const verdict = await judged(keyed({}));
    assert.doesNotMatch(verdict.reasons.join('\n'), /bound stalePrimary/u);
    assert.match((await judged(keyed({ version: null }))).reasons.join('\n'), /bound stalePrimary cannot be judged/u);
  });
  test('is found out though most of its first reads could refute nothing', async () => {
    const early = calls((line) => (isRead(line, 'primary') && due(line) % 1e6 < 700_000 ? { ...line, id: 'nobody', found: false } : line));
    const verdict = await judged(bound({ stalePrimary: 0 }, early));
    assert.doesNotMatch(verdict.reasons.join('\n'), /bound stalePrimary/u);
  });
});

function longer(): Partial<Sketch> {
  const sketch = steady({}, [1, 1, 6]);
  return sketch;
}
