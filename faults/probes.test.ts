import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Topology } from '../topology/model.ts';
import { answering, silent } from './probes.ts';
import { sketchTopology } from './topology.fixture.ts';

/** How many ask one program at once, each time that programs are asked. */
async function askersAtOnce(look: (topology: Topology, whom: { from: string; to: string }[]) => Promise<unknown>): Promise<number[]> {
  const most: number[] = [];
  const topology: Topology = {
    ...sketchTopology({}),
    ask: async (questions) => {
      const asking = [...Map.groupBy(questions, ({ url }) => url).values()];
      most.push(Math.max(...asking.map(({ length }) => length)));
      return questions.map(({ url }) => ({ came: 'answer' as const, what: url }));
    },
  };
  const from = ['db2', 'db3', 'a1', 'a2', 'b1', 'b2'];
  await look(topology, [...from.map((name) => ({ from: name, to: 'db1' })), { from: 'db1', to: 'db2' }]);
  return most;
}

test('a program that is to answer is asked by three at once; one that is to be silent by all', async () => {
  assert.deepEqual(await askersAtOnce(answering), [3, 3]);
  assert.deepEqual(await askersAtOnce(silent), [6]);
});

test('each path is told by its own answer, in whichever turn it was asked', async () => {
  const answers = (from: string) => ({ came: from === 'a2' ? ('silence' as const) : ('answer' as const) });
  const paths = ['db2', 'db3', 'a1', 'a2', 'b1'].map((from) => ({ from, to: 'db1' }));
  const { seen, what } = await answering(sketchTopology({ answers }), paths);
  assert.equal(seen, false);
  assert.match(what, /^db1 asked from db2: answers; .* db1 asked from a2: silent for 250 ms; db1 asked from b1: answers$/);
});
