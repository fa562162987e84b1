import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operation } from '../record/format.ts';
import { groupBy, recorded } from './recorded.fixture.ts';
import { countBy, ourK6 } from './trial.fixture.ts';

const { skip } = ourK6();

interface Page extends Operation {
  after?: string;
  next?: string;
  limit: number;
  items?: string[];
}

/** Asserts that each page begins where the one before it ended, and gives what was shown by the end of each. */
function shownBy(walk: Page[]): { page: Page; shown: string[] }[] {
  const shown: string[] = [];
  let position: string | undefined;
  return walk.map((page, i) => {
    assert.ok(i === 0 || page.start > (walk[i - 1]?.end ?? Infinity), 'one page of a walk at a time');
    assert.deepEqual([page.after, page.limit, page.role], [position, 100, walk[0]?.role]);
    assert.equal(page.items === undefined, page.outcome !== 'ok');
    position = page.next ?? position;
    shown.push(...(page.items ?? []));
    return { page, shown: [...shown] };
  });
}

for (const mood of ['serve', 'breaks-every-second-get'] as const) {
  test(`walks go through all elements page by page and ask again for what did not come: ${mood}`, { skip, timeout: 60_000 }, async () => {
    const load = { writesPerSecond: 300, listsPerSecond: 20 };
    // Few clients, so that each asks more than once over its connection: a first request there is always answered.
    const { run, operations, platform } = await recorded(mood, { ...load, maxClients: 100 });
    const lists = operations.filter((o) => o.op === 'list') as Page[];
    const acked = operations.filter((o) => o.op === 'add' && o.outcome === 'ok');
    assert.equal('unknown' in countBy(lists, (o) => o.outcome), mood !== 'serve');
    let ends = 0;
    for (const walk of groupBy(lists, (o) => o.id) as Page[][]) {
      assert.match(walk[0]?.id ?? '', new RegExp(`^${run}\\.w\\d+$`));
      for (const { page, shown } of shownBy(walk)) {
        assert.deepEqual(shown, platform.store.elements.slice(0, shown.length));
        if (page.items === undefined || page.items.length === page.limit) continue;
        ends += 1;
        assert.ok(shown.length >= acked.filter((o) => o.end < page.start).length, 'a page with room left ends at the newest element');
      }
    }
    assert.ok(ends > 5, `${ends} pages ended at the newest element`);
  });
}
