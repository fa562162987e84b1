import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalLine } from '../faults/journal.ts';
import type { DaemonEnd } from '../topology/model.ts';
import { exitsOf } from './exits.ts';

const zeroNs = 1_000_000_000n;
/** ns of the clock at so many µs of the run */
const at = (micros: number): bigint => zeroNs + BigInt(micros) * 1000n;

/** The journal of a fault on one host, by the times of its states; µs. */
function journal(fault: string, host: string, states: Partial<Record<JournalLine['state'], number>>): JournalLine[] {
  const head = {
    id: `1-${fault}`,
    fault,
    kind: 'off' as const,
    target: host,
    pinned: { hosts: [host], paths: [] },
    leaseEndNs: '0',
    bootId: 'b',
    format: 1,
    hash: '',
  };
  return Object.entries(states).map(([state, micros]) => ({ ...head, state: state as JournalLine['state'], atNs: at(micros).toString() }));
}

function exits(
  ends: Partial<DaemonEnd>[],
  faults: JournalLine[][] = [],
  boots: { before?: Record<string, string>; now?: Record<string, string> } = {},
): unknown[] {
  const topology = {
    daemonEnds: (sinceNs: bigint) =>
      ends
        .map((end) => ({ host: 'glb', daemon: 'haproxy', atNs: at(500), code: 1, signal: 0, ...end }))
        .filter(({ atNs }) => atNs >= sinceNs),
    boots: () => boots.now ?? {},
  };
  const found = exitsOf(topology as unknown as Parameters<typeof exitsOf>[0], { zeroNs, bootsBefore: boots.before ?? {}, faults });
  return found.map(({ exit, host, fault }) => [exit, host, fault]);
}

test('a daemon that ended by itself is explained by no fault', () => {
  assert.deepEqual(exits([{}]), [['haproxy', 'glb', null]]);
});

test('the time of an end is µs since the run’s zero', () => {
  const topology = { daemonEnds: () => [{ host: 'glb', daemon: 'haproxy', atNs: at(1234), code: 0, signal: 9 }], boots: () => ({}) };
  const [exit] = exitsOf(topology as unknown as Parameters<typeof exitsOf>[0], { zeroNs, bootsBefore: {}, faults: [] });
  assert.equal(exit?.at, 1234);
});

test('a fault explains ends on its own hosts, from its intent until it is gone', () => {
  const faults = [journal('freeze', 'glb', { intent: 400, applied: 450, gone: 600 })];
  assert.deepEqual(
    exits(
      [399, 400, 500, 600, 601].map((micros) => ({ atNs: at(micros) })),
      faults,
    ).map((exit) => (exit as string[])[2]),
    [null, 'freeze', 'freeze', 'freeze', null],
  );
  assert.deepEqual(exits([{ host: 'db1' }], faults), [['haproxy', 'db1', null]]);
});

test('a fault of pods, sessions or routing explains no end of a program that a host supervises', () => {
  for (const fault of [
    'delete-pods',
    'restart-pods',
    'blind-healthcheck',
    'drain-site',
    'drain-node',
    'terminate-sessions',
    'surge',
    'nothing',
  ]) {
    assert.deepEqual(exits([{}], [journal(fault, 'glb', { intent: 400, gone: 600 })]), [['haproxy', 'glb', null]]);
  }
});

test('a fault that is not gone yet explains all that comes', () => {
  assert.deepEqual(exits([{ atNs: at(9_000_000) }], [journal('freeze', 'glb', { intent: 400, healed: 500 })]), [
    ['haproxy', 'glb', 'freeze'],
  ]);
});

test('of several faults the one explains that was there', () => {
  const faults = [journal('freeze', 'glb', { intent: 100, gone: 200 }), journal('isolate', 'glb', { intent: 400, gone: 600 })];
  assert.deepEqual(exits([{}], faults), [['haproxy', 'glb', 'isolate']]);
});

test('a host that runs another boot than before, or none, lost power, unless a power-off or a reboot was journalled', () => {
  const boots = { before: { a1: '1', b1: '2', db1: '3', glb: '4' }, now: { a1: '1', b1: '9', glb: '8' } };
  const lost = [
    ['host', 'b1', null],
    ['host', 'db1', null],
    ['host', 'glb', null],
  ];
  assert.deepEqual(exits([], [], boots), lost);
  assert.deepEqual(exits([], [journal('power-off', 'b1', { intent: 1 })], boots), lost.slice(1));
  assert.deepEqual(exits([], [journal('reboot', 'b1', { intent: 1 })], boots), lost.slice(1));
  assert.deepEqual(exits([], [journal('freeze', 'b1', { intent: 1 })], boots), lost);
});
