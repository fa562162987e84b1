import { setTimeout as sleep } from 'node:timers/promises';
import { pauseWithin } from '../during.fixture.ts';
import type { Mistake } from '../mistake.fixture.ts';
import type { Site } from '../ledger.fixture.ts';

const kind = 'a server that is lost';

/** Longer than anybody waits for an answer; ms. */
const LONG = 12_000;

/** A site is frozen, or loses its power, before the command or while it is at work, for a moment or for long. */
export const lost: readonly Mistake[] = [
  {
    kind,
    atLast: true,
    name: 'the writer is frozen before, and comes back after',
    expected: 'done',
    make: async ({ sites }) => {
      sites.servers.a.freeze();
      return { lost: 'a', undo: async () => sites.servers.a.thaw() };
    },
  },
  {
    kind,
    atLast: true,
    name: 'the writer has lost its power, and comes back after',
    expected: 'done',
    make: async ({ sites }) => {
      await sites.servers.a.crash();
      return { lost: 'a', undo: () => sites.servers.a.restart() };
    },
  },
  meanwhile('a', 'freeze'),
  meanwhile('a', 'crash'),
  meanwhile('b', 'freeze'),
  meanwhile('b', 'crash'),
];

function meanwhile(site: Site, how: 'freeze' | 'crash'): Mistake {
  return {
    kind,
    atLast: true,
    name: `site ${site} ${how === 'freeze' ? 'is frozen' : 'loses its power'} while the command is at work`,
    expected: 'either',
    make: async ({ sites, dice }) => {
      const server = sites.servers[site];
      const after = dice.whole(300, 4_000);
      const length = dice.pick([500, 2_000, 5_000, LONG]);
      const back = async (): Promise<void> => (how === 'freeze' ? server.thaw() : server.restart());
      return {
        lost: site,
        during: async (ended) => {
          await pauseWithin(ended, after);
          await (how === 'freeze' ? server.freeze() : server.crash());
          await sleep(length);
          await back();
        },
        undo: back,
      };
    },
  };
}
