import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readRun } from './run-data.ts';
import { syntheticFolder } from './testing.ts';
import { timelineSvg } from './timeline.ts';

describe('the timeline', () => {
  test('is one static drawing that carries its own colours, light and dark', async (context) => {
    const svg = timelineSvg(await readRun(syntheticFolder(context)));
    assert.ok(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"'));
    assert.ok(svg.includes('prefers-color-scheme:dark'));
    for (const words of [
      'before',
      'freeze db1',
      'add: operations a second',
      'latency',
      'primary, timeline 2',
      'DOWN',
      'share of each site',
    ])
      assert.ok(svg.includes(words), words);
    assert.ok(svg.length < 400_000);
    assert.ok(!/NaN|undefined|<script/.test(svg));
  });

  test('draws inside its frame what began before or ended after what is shown', async (context) => {
    const data = await readRun(syntheticFolder(context));
    const late = { fault: 'freeze', target: 'db1', at: { applied: 55e6 }, evidence: {} };
    const svg = timelineSvg({ ...data, faults: [late] }, { width: 660 });
    const rights = [...svg.matchAll(/<rect x="(-?[\d.]+)"[^>]*? width="([\d.]+)"/g)].map(([, x, width]) => Number(x) + Number(width));
    assert.ok(rights.length > 3 && Math.max(...rights) <= 660 + 12);
  });
});
