import { expect, pause, steady, test } from '../../fixtures/index.ts';

test(
  'the writing site changes six times, by plan and under load, and nothing is lost',
  { tag: ['@nightly'] },
  async ({ holds, load, promote, failback, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // writes are refused from the fence to the opening, with the program that switches the load balancer between
      longestOutageMs: 2500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      for (let round = 0; round < 3; round++) {
        await promote('b');
        await pause('3s');
        await failback('a');
        await pause('3s');
      }
    });
    expect(await judge()).toHold();
  },
);
