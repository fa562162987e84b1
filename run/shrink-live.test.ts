import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readSchedule, type Schedule } from '../faults/schedule/schedule.ts';
import type { Verdict } from '../record/verdict-format.ts';
import type { RoundOutcome } from './round.ts';
import type { Round } from './rounds.ts';
import { shrinkLive } from './shrink-live.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-shrink-'));
after(() => rmSync(root, { recursive: true }));

const schedule = (faults: readonly string[]): Schedule => ({
  format: 1,
  reference: { routing: 'active-active', replication: 'async', commit: 'on' },
  steps: faults.map((fault, nth) => ({ at: nth * 2000, fault, target: 'b', for: '3s' })),
});
const failing = (name: string): Verdict =>
  ({ verdict: 'fail', findings: [{ class: name, count: 1, breaks: true, message: '', witnesses: [] }] }) as unknown as Verdict;

/** Shrinks a round that failed by "lost"; `verdictOf` says what comes of the faults of each try. */
async function shrunk(
  faults: readonly string[],
  verdictOf: (faults: string[]) => Verdict,
): Promise<{ faults: string[]; said: string; titles: string[] }> {
  const folder = mkdtempSync(join(root, 'run-'));
  const titles: string[] = [];
  const said: string[] = [];
  const play = async ({ title, schedule: { steps } }: Round): Promise<RoundOutcome> => {
    titles.push(title);
    return { title, leftOut: [], verdict: verdictOf(steps.map(({ fault }) => fault)) };
  };
  const round = { title: 'soak, seed 7, round 3', schedule: schedule(faults), again: '', lab: ['--sites', '3'] };
  await shrinkLive({ round, failure: 'lost', folder }, { tries: 24, play, say: (text) => said.push(text) });
  const file = join(folder, 'evidence/smallest.json');
  const { steps } = readSchedule(readFileSync(file, 'utf8'), file);
  return { faults: steps.map(({ fault }) => fault), said: said.join('\n'), titles };
}

describe('shrinking on a topology', () => {
  test('keeps what fails by the same class, writes it down, and says how to play it', async () => {
    const { faults, said, titles } = await shrunk(['freeze', 'power-off', 'drain-site'], (left) =>
      left.includes('power-off') ? failing('lost') : failing('stale'),
    );
    assert.deepEqual(faults, ['power-off']);
    assert.equal(titles[0], 'soak, seed 7, round 3, smaller, try 1');
    assert.match(said, /try 1: freeze b for 3s; power-off b for 3s: fail, by lost again: kept/);
    assert.match(said, /try 2: freeze b for 3s: fail\n/);
    assert.match(said, /smallest that fails by lost \(nothing smaller failed, after \d tries\)/);
    assert.match(said, /again: holdfast soak --schedule \S+evidence\/smallest\.json --sites 3/);
  });

  test('ends after so many tries with the smallest so far', async () => {
    const many = Array.from({ length: 40 }, () => 'freeze');
    const { said, titles } = await shrunk(many, () => failing('stale'));
    assert.equal(titles.length, 24);
    assert.match(said, /ended after 24 tries, and a smaller one may exist/);
  });
});
