import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readRun } from './run-data.ts';
import { syntheticFolder, verdictIn } from './testing.ts';
import { timelineSvg } from './timeline.ts';

const read = (folder: string): ReturnType<typeof readRun> => readRun(folder, verdictIn(folder));

describe('the timeline', () => {
  test('is one static drawing that carries its own colours, light and dark', async (context) => {
    const svg = timelineSvg(await read(syntheticFolder(context)));
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

  test('draws what runbooks and administrators did, a row each', async (context) => {
    const data = await read(syntheticFolder(context));
    const svg = timelineSvg({
      ...data,
      actions: [
        {
          runbook: 'promote',
          site: 'b',
          begin: 14e6,
          end: 17e6,
          steps: [{ runbook: 'promote', site: 'b', step: 'open', at: 17e6, tookMs: 12 }],
        },
        {
          runbook: 'statement',
          site: 'a',
          begin: 18e6,
          end: 18e6,
          steps: [{ runbook: 'statement', site: 'a', step: 'SELECT 1 < 2', at: 18e6, tookMs: 1 }],
        },
      ],
    });
    for (const words of ['promote b: 14.0 to 17.0 s', 'open: done at 17.0 s, after 12 ms', 'statements at a: 18.0 s', 'SELECT 1 &lt; 2'])
      assert.ok(svg.includes(words), words);
  });

  test('draws inside its frame what began before or ended after what is shown', async (context) => {
    const data = await read(syntheticFolder(context));
    const late = { fault: 'freeze', target: 'db1', at: { applied: 55e6 }, evidence: {} };
    const svg = timelineSvg({ ...data, faults: [late] }, { width: 660 });
    const rights = [...svg.matchAll(/<rect x="(-?[\d.]+)"[^>]*? width="([\d.]+)"/g)].map(([, x, width]) => Number(x) + Number(width));
    assert.ok(rights.length > 3 && Math.max(...rights) <= 660 + 12);
  });

  test('leaves out the reads of everything that follow a load, which would dwarf it', async (context) => {
    const reads = async (process: 'random' | 'even'): Promise<number> => {
      const phases = [{ name: 'before' as const, start: 5e6, end: 30e6 }];
      const { slices } = await read(syntheticFolder(context, { run: { arrivals: { process }, phases } }));
      return slices.total('read');
    };
    const [drawn, even] = [await reads('random'), await reads('even')];
    // 400 reads a second for 60 s, of which the load's own end after 30 s
    assert.ok(drawn > 11_000 && drawn < 13_000, `${drawn}`);
    assert.ok(even > 23_000, `${even}`);
  });
});
