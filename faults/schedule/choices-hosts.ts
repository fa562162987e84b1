import type { Dice } from './dice.ts';
import type { Choice, Drawn, Lengths, Place } from './drawn.ts';
import { aCopy, aMember, aNode, aSite, BALANCER, BRIEF, members, SHORT } from './places.ts';
import type { Shape } from './shape.ts';

/** Longer than Patroni's ttl: the leader is replaced; ms. */
const BEYOND_TTL: Lengths = [24_000, 28_000];
const EVERY_COPY: Place = { target: 'copies', claims: { primary: 'alone', standby: 'alone', store: 'whole' } };

/** Faults of whole hosts and their disks. */
export const hostChoices: readonly Choice[] = [
  { weight: 6, draw: (dice, shape) => onHost(dice, shape, 'power-off') },
  { weight: 6, draw: (dice, shape) => onHost(dice, shape, 'freeze') },
  {
    weight: 4,
    draw: (dice, shape) => {
      const { lengthMs: _none, ...reboot } = onHost(dice, shape, 'reboot');
      return reboot;
    },
  },
  {
    weight: 2,
    draw: (dice, shape) => ({ fault: 'fill-disk', ...(dice.chance(75) ? aCopy(dice) : aMember(dice, shape)), lengthMs: SHORT }),
  },
];

/** Faults of the programs on hosts. */
export const daemonChoices: readonly Choice[] = [
  {
    weight: 4,
    draw: (dice, shape) => {
      switch (dice.between(1, 4)) {
        case 1:
          return { fault: 'stop-daemon', ...BALANCER, options: { daemon: 'haproxy' }, lengthMs: BRIEF };
        case 2:
          return { fault: 'stop-daemon', ...members(dice, shape), options: { daemon: 'etcd' }, lengthMs: SHORT };
        case 3:
          return { fault: 'stop-daemon', ...EVERY_COPY, options: { daemon: 'patroni' }, lengthMs: SHORT };
        default:
          return { fault: 'stop-daemon', ...aSite(dice, shape), options: { daemon: 'kube-apiserver' }, lengthMs: SHORT };
      }
    },
  },
  {
    weight: 3,
    draw: (dice, shape) => {
      switch (dice.between(1, 4)) {
        case 1:
          return { fault: 'kill-daemon', ...BALANCER, options: { daemon: 'haproxy' } };
        case 2:
          return { fault: 'kill-daemon', ...members(dice, shape), options: { daemon: 'etcd' } };
        case 3:
          return { fault: 'kill-daemon', ...aCopy(dice), options: { daemon: 'patroni' } };
        default:
          return { fault: 'kill-daemon', ...aSite(dice, shape), options: { daemon: dice.oneOf(['kube-apiserver', 'kubelet']) } };
      }
    },
  },
];

/** A fault of a site, a node, a copy, members of the store or the load balancer. */
function onHost(dice: Dice, shape: Shape, fault: string): Drawn {
  const where = dice.between(1, 100);
  if (where <= 35) return { fault, ...(dice.chance(50) ? aSite(dice, shape) : aNode(dice, shape)), lengthMs: SHORT };
  if (where <= 75) return { fault, ...aCopy(dice), lengthMs: dice.chance(30) ? BEYOND_TTL : SHORT };
  if (where <= 90) return { fault, ...members(dice, shape), lengthMs: SHORT };
  return { fault, ...BALANCER, lengthMs: BRIEF };
}
