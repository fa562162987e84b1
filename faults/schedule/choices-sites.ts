import type { Claims } from './claims.ts';
import type { Dice } from './dice.ts';
import type { Choice, Drawn, Lengths, Place } from './drawn.ts';
import { aSite, SHORT, SITES } from './places.ts';
import type { Shape } from './shape.ts';

/** What rolls pods out needs a database that their readiness can ask, and no outage while it does. */
const ROLLOUT: Claims = { sites: 'alone', primary: 'settled', standby: 'settled', store: 'settled', balancer: 'settled' };
/** A rollout takes up to 10 s; ms. */
const LONG: Lengths = [14_000, 20_000];

/** Faults of a site's pods, of its place at the load balancer, of its releases, and of the load on all. */
export const siteChoices: readonly Choice[] = [
  {
    weight: 2,
    draw: (dice, shape) => {
      const { target, options } = pods(dice, shape);
      return { fault: 'delete-pods', target, options: dice.chance(50) ? { ...options, grace: '0' } : options, claims: ROLLOUT };
    },
  },
  { weight: 2, draw: (dice, shape) => ({ fault: 'kill-containers', ...pods(dice, shape), claims: SITES }) },
  { weight: 2, draw: (dice, shape) => ({ fault: 'scale-to-zero', ...pods(dice, shape), lengthMs: [5_000, 12_000], claims: ROLLOUT }) },
  { weight: 2, draw: (dice, shape) => ({ fault: 'restart-pods', ...pods(dice, shape), claims: ROLLOUT }) },
  {
    weight: 2,
    draw: (dice, shape) => {
      // the pods need another node to go to
      const nodes = shape.sites.flatMap((site) => (site.nodes.length > 1 ? site.nodes : []));
      return nodes.length === 0 ? [] : { fault: 'drain-node', target: dice.oneOf(nodes), lengthMs: LONG, claims: ROLLOUT };
    },
  },
  { weight: 2, draw: (dice, shape) => ({ fault: 'drain-site', ...atBalancer(dice, shape), lengthMs: SHORT }) },
  {
    weight: 2,
    draw: (dice, shape) => ({
      fault: 'weigh-site',
      ...atBalancer(dice, shape),
      options: { weight: `${dice.between(1, 9) * 10}%` },
      lengthMs: SHORT,
    }),
  },
  { weight: 1, draw: (dice, shape) => ({ fault: 'blind-healthcheck', ...aSite(dice, shape), lengthMs: LONG, claims: ROLLOUT }) },
  {
    weight: 1,
    draw: (dice, shape) => {
      const options = { every: dice.oneOf(['500ms', '1s', '2s']) };
      return { fault: 'flap-healthcheck', ...aSite(dice, shape), options, lengthMs: LONG, claims: ROLLOUT };
    },
  },
  {
    weight: 2,
    draw: (dice) => {
      const options = { writes: String(dice.between(5, 10) * 10), reads: String(dice.between(5, 10) * 10) };
      return {
        fault: 'surge',
        target: 'balancer',
        options,
        lengthMs: [8_000, 15_000],
        claims: { balancer: 'settled', primary: 'settled' },
      };
    },
  },
];

function pods(dice: Dice, shape: Shape): Pick<Drawn, 'target'> & { options: NonNullable<Drawn['options']> } {
  return { target: aSite(dice, shape).target, options: { app: dice.oneOf(['api', 'worker']) } };
}

/** What the load balancer was told is lost when it ends. */
function atBalancer(dice: Dice, shape: Shape): Place {
  return { ...aSite(dice, shape), claims: { ...SITES, balancer: 'alone' } };
}
