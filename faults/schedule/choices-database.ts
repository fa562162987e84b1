import type { Claims } from './claims.ts';
import type { Choice } from './drawn.ts';
import { aCopy, SHORT } from './places.ts';

/** Patroni refuses a planned change where it sees no standby that could lead. */
const PLANNED: Claims = { primary: 'sole', standby: 'sole', store: 'sole' };

/** Faults of the database's servers, their sessions and their replication. */
export const databaseChoices: readonly Choice[] = [
  { weight: 3, draw: () => ({ fault: 'switchover', target: 'primary', claims: PLANNED }) },
  { weight: 3, draw: (dice) => ({ fault: 'kill-postmaster', ...aCopy(dice) }) },
  { weight: 2, draw: (dice) => ({ fault: 'terminate-sessions', ...aCopy(dice) }) },
  { weight: 2, draw: () => ({ fault: 'exhaust-connections', target: 'primary', lengthMs: [8_000, 12_000], claims: { primary: 'alone' } }) },
  { weight: 3, draw: () => ({ fault: 'pause-replay', target: 'sync-standby', lengthMs: SHORT, claims: { standby: 'alone' } }) },
  {
    weight: 2,
    // commits wait only where nobody confirms them
    draw: () => [
      {
        fault: 'isolate',
        target: 'primary',
        options: { from: 'standbys' },
        lengthMs: [8_000, 12_000],
        claims: { primary: 'alone', standby: 'settled' },
      },
      { after: 3_000, fault: 'cancel-waits', target: 'primary', claims: { primary: 'alone' } },
    ],
  },
];
