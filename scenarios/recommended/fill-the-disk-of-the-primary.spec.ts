import { expect, fillDisk, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a leader whose disk is full gives way to a standby, and loses nothing',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // its server ends when it cannot extend its log; then as for a killed one: 5 s, and half as much again where the machine is busy
      longestOutageMs: 7500,
    });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), () => inject(fillDisk(primary), { for: '20s' }));
    expect(await judge()).toHold();
  },
);
