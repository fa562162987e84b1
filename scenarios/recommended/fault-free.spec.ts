import { catches, evenShare, expect, pause, steady, test } from '../../fixtures/index.ts';

test(
  'without a fault both sites share the load and nothing fails',
  {
    tag: ['@quick', '@nightly'],
    annotation: catches({
      'forgotten-weight': 'misrouted',
      'no-replica-path-at-a-site': 'misrouted',
      'broken-pod': 'availability',
      'wrong-write-password-at-a-site': 'misrouted',
      'found-without-asking': 'never-written',
      'reads-from-any-copy': 'not-primary',
      'idle-worker-at-a-site': 'misrouted',
      'no-new-connections': 'availability',
    }),
  },
  async ({ topology, holds, load, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a standby replays within one delivery of the write-ahead log; half a second is a hundred times that
      staleReplicaP99Ms: 500,
      // nothing breaks, so nothing may fail
      availability: 1,
      longestOutageMs: 0,
      // round robin over equal nodes; five points leave room for reconnects
      share: evenShare(topology, 5),
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => pause('10s'));
    expect(await judge()).toHold();
  },
);
