import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueTimes, groupBy, recorded } from './recorded.fixture.ts';
import { assertRandom, countBy, ourK6 } from './trial.fixture.ts';

const { skip } = ourK6();

for (const mood of ['serve', 'forgets-every-third-answer'] as const) {
  test(`every put has a version and a value of its own, and each key one writer: ${mood}`, { skip, timeout: 60_000 }, async () => {
    const { run, operations: puts, dropped, platform } = await recorded(mood, { putsPerSecond: 100, maxClients: 20 });
    assert.equal(new Set(puts.map((o) => o.value)).size, puts.length);
    for (const versions of groupBy(puts, (o) => o.id)) {
      const [first] = versions;
      assert.ok(first);
      assert.ok(
        versions.every((o, i) => i === 0 || o.start > (versions[i - 1]?.end ?? Infinity)),
        'one put of a key at a time',
      );
      assert.match(first.id, new RegExp(`^${run}\\.p\\d+\\.\\d+$`));
      assert.deepEqual(
        versions.map((o) => o.version),
        versions.map((_, i) => i + 1),
      );
      const { version, value } = platform.store.projects.get(first.id) ?? {};
      assert.partialDeepStrictEqual(versions.at(-1), { version, value });
    }
    assert.ok(puts.some((o) => (o.version ?? 0) > 1));
    const outcomes = countBy(puts, (o) => o.outcome);
    assert.deepEqual(Object.keys(outcomes).toSorted(), mood === 'serve' ? ['ok'] : ['ok', 'unknown']);
    const acked = puts.filter((o) => o.outcome === 'ok');
    assert.ok(acked.every((o) => o.site && o.pod && o.copy && o.system && o.xid && o.lsn && o.timeline === 1 && o.epoch === 1));
    assertRandom(dueTimes([...puts, ...dropped]), 100, 3);
  });
}

test('gets ask for keys that were put, of both roles, and record the version seen', { skip, timeout: 60_000 }, async () => {
  const { run, operations } = await recorded('serve', { putsPerSecond: 50, getsPerSecond: 100 });
  const puts = new Map(operations.filter((o) => o.op === 'put').map((o) => [o.value, o]));
  const gets = operations.filter((o) => o.op === 'get');
  for (const role of ['primary', 'replica']) assertRandom(dueTimes(gets.filter((o) => o.role === role)), 50, 3);
  const early = gets.filter((o) => !o.found);
  assert.ok(early.length < gets.length / 10, `${early.length} of ${gets.length} found nothing`);
  assert.ok(early.every((o) => o.id === `${run}.p0.0` && o.version === undefined));
  for (const get of gets.filter((o) => o.found)) {
    const put = puts.get(get.value);
    assert.deepEqual([get.id, get.version], [put?.id, put?.version]);
  }
});
