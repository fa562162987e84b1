import { expect, pause, steady, test } from '../../fixtures/index.ts';

test.use({ routing: 'reads-at-both' });

test(
  'reads at both sites are as good as the link between them, and by token as good as the write',
  { tag: ['@nightly'] },
  async ({ holds, load, judge }) => {
    await holds({
      lost: 0,
      availability: 1,
      longestOutageMs: 0,
      // what was acknowledged is on the follower's disk, and seen there within one round of its worker
      staleReplicaP99Ms: 500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130, replicaShare: 1, tokenShare: 0.5 }), () => pause('10s'));
    expect(await judge()).toHold();
  },
);
