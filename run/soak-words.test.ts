import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Schedule } from '../faults/schedule/schedule.ts';
import type { Finding, Verdict } from '../record/verdict-format.ts';
import type { RoundOutcome } from './round.ts';
import type { Round } from './rounds.ts';
import { failsBy, failureOf, roundEnd } from './soak-words.ts';

const schedule: Schedule = {
  format: 1,
  reference: { routing: 'active-active', replication: 'strict', commit: 'on' },
  steps: [
    { at: 0, fault: 'power-off', target: 'primary', for: '10s' },
    { at: 5000, fault: 'freeze', target: 'b', for: '4s' },
  ],
};
const round: Round = { title: 'soak, seed 7, round 3', schedule, again: '--seed 7 --round 3', lab: [] };
const finding = (name: string, more: Partial<Finding> = {}): Finding => ({
  class: name,
  count: 1,
  breaks: true,
  message: `${name} it is`,
  witnesses: [],
  ...more,
});

/** As much of a verdict as the words are made from. */
function judged(verdict: Verdict['verdict'], findings: readonly Finding[] = []): RoundOutcome {
  const availability = { event: 0.93, offered: 100, outages: [{ kind: 'add', start: 0, end: 4e6, censored: false }] };
  const reasons = findings.map(({ message }) => message);
  return {
    title: round.title,
    folder: '/runs/one',
    leftOut: [],
    verdict: { verdict, findings, reasons, availability } as unknown as Verdict,
  };
}

describe('what is said of a round', () => {
  test('is its verdict, its faults and its figures', () => {
    const [head, ...rest] = roundEnd(round, judged('pass')).split('\n');
    assert.equal(head, 'pass: 2 of 2 faults injected; available 93.00 %, longest outage 4.00 s');
    assert.equal(rest.length, 1);
    assert.match(rest[0] ?? '', /runs\/one\/report\.html$/);
  });

  test('names what was left out, with the reason', () => {
    const leftOut = [{ at: 7e6, fault: 'freeze', target: 'b', reason: 'b1 asked from observer: silent' }];
    const lines = roundEnd(round, { ...judged('pass'), leftOut }).split('\n');
    assert.match(lines[0] ?? '', /^pass: 1 of 2 faults injected/);
    assert.equal(lines[1], '  left out: freeze b: b1 asked from observer: silent');
  });

  test('says how to play it again unless it passed', () => {
    assert.match(
      roundEnd(round, judged('fail', [finding('lost')])),
      /^fail: .*\n {2}lost it is\n {2}again: holdfast soak --seed 7 --round 3\n/,
    );
    const none: RoundOutcome = { title: round.title, error: 'the lab is gone', leftOut: [] };
    assert.equal(roundEnd(round, none), 'no verdict: the lab is gone\n  again: holdfast soak --seed 7 --round 3');
  });
});

describe('the failure of a round', () => {
  test('is the class that broke it, and not what that explains', () => {
    const findings = [
      finding('two-writable', { breaks: false }),
      finding('lost'),
      finding('read-then-lost', { root: 'lost' }),
      finding('stale'),
    ];
    const failed = judged('fail', findings);
    assert.equal(failureOf(failed), 'lost');
    assert.deepEqual(
      ['lost', 'stale', 'read-then-lost', 'two-writable'].map((name) => failsBy(name, failed)),
      [true, true, false, false],
    );
  });

  test('is none where a round passed, is in doubt, or has no verdict', () => {
    for (const outcome of [judged('pass'), judged('inconclusive', [finding('vacuous', { breaks: false })])])
      assert.equal(failureOf(outcome), undefined);
    assert.equal(failureOf({ title: round.title, error: 'the lab is gone', leftOut: [] }), undefined);
  });
});
