import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT, HoldfastError } from '../support/errors.ts';
import { MECHANISMS } from '../topology/model.ts';
import { catalogue, faultNamed } from './catalogue.ts';
import { refuseLacking } from './inject.ts';
import { sketchTopology } from './topology.fixture.ts';

test('a fault whose mechanism the machine lacks is refused with what would help, and others are not', () => {
  const topology = sketchTopology({ lacks: { lines: 'no such device: load the module "tun"' } });
  for (const fault of ['isolate', 'freeze', 'power-off']) refuseLacking(topology, faultNamed(fault));
  for (const fault of ['delay', 'lose-packets', 'limit-bandwidth']) {
    assert.throws(
      () => refuseLacking(topology, faultNamed(fault)),
      (error) =>
        error instanceof HoldfastError &&
        error.exitCode === EXIT.machine &&
        error.message === `${fault} is refused: this machine lacks its mechanism, lines: no such device: load the module "tun"`,
    );
  }
});

test('every mechanism that is tried is one that some fault needs', () => {
  const needed = new Set(Object.values(catalogue).flatMap(({ needs = [] }) => needs));
  assert.deepEqual([...needed].sort(), [...MECHANISMS].sort());
});
