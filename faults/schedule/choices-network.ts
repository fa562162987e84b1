import type { Claims } from './claims.ts';
import type { Dice } from './dice.ts';
import type { Choice, Drawn, Lengths, Place } from './drawn.ts';
import { BALANCER, BRIEF } from './places.ts';
import type { Shape } from './shape.ts';

/** Two ends of a network fault, and what its proofs need. */
interface Link extends Place {
  from: string;
  lengthMs?: Lengths;
}

const LENGTH: Lengths = [4_000, 15_000];
/** Also beyond the lease that the leader has of the store; ms. */
const TO_DEMOTION: Lengths = [8_000, 25_000];

/** Network faults: on each link that design and operation of the pattern depend on. */
export const networkChoices: readonly Choice[] = [
  { weight: 7, draw: (dice, shape) => network('isolate', cut(dice, shape), direction(dice)) },
  { weight: 3, draw: (dice, shape) => network('refuse', slowed(dice, shape)) },
  {
    weight: 3,
    draw: (dice, shape) => {
      const by = dice.oneOf([20, 50, 100, 200]);
      return network('delay', slowed(dice, shape), { by: `${by}ms`, ...(dice.chance(50) ? { jitter: `${by / 2}ms` } : {}) });
    },
  },
  {
    weight: 3,
    draw: (dice, shape) => network('lose-packets', slowed(dice, shape), { share: dice.oneOf(['0.05', '0.1', '0.2', '0.4']) }),
  },
  {
    weight: 2,
    draw: (dice, shape) => network('limit-bandwidth', slowed(dice, shape), { to: dice.oneOf(['500kbit', '1Mbit', '5Mbit']) }),
  },
];

function network(fault: string, { target, from, claims, lengthMs = LENGTH }: Link, options: NonNullable<Drawn['options']> = {}): Drawn {
  return { fault, target, options: { from, ...options }, lengthMs, claims };
}

/** What is cut altogether may also be the load balancer, and the leader from whoever elects it for longer than its lease. */
function cut(dice: Dice, shape: Shape): Link {
  const where = dice.between(1, 100);
  if (where <= 10) return { ...BALANCER, from: 'everything', lengthMs: BRIEF };
  if (where <= 25) return { target: 'primary', from: 'dcs', claims: { primary: 'whole', store: 'whole' }, lengthMs: TO_DEMOTION };
  if (where <= 35) return { target: 'primary', from: 'everything', claims: { primary: 'whole' }, lengthMs: TO_DEMOTION };
  return slowed(dice, shape);
}

function slowed(dice: Dice, { sites }: Shape): Link {
  const [one, other] = [dice.between(0, sites.length - 1), dice.between(1, sites.length - 1)];
  const target = sites[one]?.name as string;
  const database: Claims = { sites: 'alone', primary: 'whole', standby: 'whole', store: 'whole' };
  return dice.oneOf<Link>([
    { target, from: 'database', claims: database },
    { target, from: 'balancer', claims: { sites: 'alone', balancer: 'whole' } },
    { target, from: sites[(one + other) % sites.length]?.name as string, claims: { sites: 'alone' } },
    { target: 'primary', from: 'standbys', claims: { primary: 'whole', standby: 'whole' } },
    { target: 'primary', from: 'dcs', claims: { primary: 'whole', store: 'whole' } },
  ]);
}

/** Now and then packets are lost one way only. */
function direction(dice: Dice): NonNullable<Drawn['options']> {
  return dice.chance(25) ? { direction: dice.oneOf(['in', 'out']) } : {};
}
