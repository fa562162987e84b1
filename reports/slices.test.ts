import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Histogram } from './histogram.ts';
import { Slices } from './slices.ts';

const add = (due: number, ms = 2) => ({
  op: 'add' as const,
  id: 'i',
  client: 1,
  due,
  start: due,
  end: due + ms * 1000,
  outcome: 'ok' as const,
  site: 'a',
});

describe('time slices', () => {
  test('keep every operation while they widen, and stay few however long the run is', () => {
    const slices = new Slices();
    for (let at = 0; at < 20_000; at += 1) slices.add(add(at * 1_000_000 - 5_000_000));
    const { points, widthUs } = slices.series(300);
    assert.ok(points.length <= 301 && slices.widthUs > 100_000);
    assert.equal(
      points.reduce((sum, { slice }) => sum + (slice.kinds.get('add')?.fates.ok ?? 0), 0),
      20_000,
    );
    assert.ok(points.every(({ start, end }, index) => end - start <= widthUs && (index === 0 || start === points[index - 1]!.end)));
  });

  test('tell a dropped, an accepted, a late and an unknown operation apart', () => {
    const slices = new Slices();
    slices.add({ op: 'dropped', kind: 'add', due: 0 });
    slices.add({ ...add(0), replicated: false });
    slices.add({ ...add(0), outcome: 'unknown' });
    slices.add(add(0, 2000.001));
    assert.deepEqual(slices.series().points[0]?.slice.kinds.get('add')?.fates, {
      ok: 0,
      accepted: 1,
      late: 1,
      failed: 0,
      unknown: 1,
      dropped: 1,
    });
  });

  test('bound the number of sites that a record may name', () => {
    const slices = new Slices();
    for (let at = 0; at < 1000; at += 1) slices.add({ ...add(at), site: `s${at}` });
    assert.equal(slices.sites.size, 13);
    assert.ok(slices.sites.has('others'));
  });
});

describe('a histogram', () => {
  test('finds quantiles within its resolution of 12 %', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1000; ms += 1) histogram.add(ms);
    for (const q of [0.5, 0.99]) assert.ok(Math.abs(histogram.quantile(q) / (q * 1000) - 1) < 0.12);
    assert.ok(Number.isNaN(new Histogram().quantile(0.5)));
  });
});
