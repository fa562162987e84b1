import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { sketchTopology } from '../faults/topology.fixture.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { EXIT } from '../support/errors.ts';
import type { RoundOutcome } from './round.ts';
import type { Round } from './rounds.ts';
import { playRounds, soak } from './soak.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-soak-'));
after(() => rmSync(folder, { recursive: true }));

const rounds = ['1', '2', '3'].map((nth): Round => ({
  title: `round ${nth}`,
  again: `--round ${nth}`,
  lab: [],
  schedule: {
    format: 1,
    reference: { routing: 'active-active', replication: 'strict', commit: 'on' },
    steps: [{ at: 0, fault: 'switchover', target: 'primary' }],
  },
}));
const availability = { event: 1, offered: 1, outages: [] };
const passing = { verdict: 'pass', reasons: [], findings: [], availability } as unknown as Verdict;
const lost = { class: 'lost', count: 1, breaks: true, message: '1 write is lost', witnesses: [] };
const failing = { ...passing, verdict: 'fail', reasons: ['lost'], findings: [lost] } as Verdict;

/** What is played and said when rounds end like this. */
async function played(
  ends: (title: string) => Partial<RoundOutcome>,
  tries = 0,
): Promise<{ titles: string[]; outcomes: number; said: string }> {
  const titles: string[] = [];
  const said: string[] = [];
  const play = async ({ title }: Round): Promise<RoundOutcome> => {
    titles.push(title);
    return { title, folder, leftOut: [], ...ends(title) };
  };
  const outcomes = await playRounds(rounds, { tries, play, tryOut: play, say: (text) => said.push(text) });
  return { titles, outcomes: outcomes.length, said: said.join('\n') };
}

describe('a soak', () => {
  test('says of each round what falls when, and what came of it', async () => {
    const { titles, said } = await played(() => ({ verdict: passing }));
    assert.deepEqual(titles, ['round 1', 'round 2', 'round 3']);
    assert.match(
      said,
      /round 1: active-active, strict replication, commit level on\n +at +fault +on +for +with\n0\.0 s +switchover +primary/,
    );
    assert.match(said, /pass: 1 of 1 faults injected; available 100 %/);
  });

  test('goes on after a round that failed or came to no verdict, and ends after two of the latter', async () => {
    assert.equal((await played(() => ({ verdict: failing }))).outcomes, 3);
    assert.equal((await played((title) => (title === 'round 1' ? { error: 'no reset' } : { verdict: passing }))).outcomes, 3);
    assert.equal((await played(() => ({ error: 'no reset' }))).outcomes, 2);
  });

  test('ends at once where faults could not be healed', async () => {
    assert.equal((await played(() => ({ error: 'faults of earlier runs could not be healed: freeze on db1' }))).outcomes, 1);
  });

  test('shrinks the first round that fails by a class, where that is asked for', async () => {
    const { titles, outcomes, said } = await played(() => ({ verdict: failing }), 24);
    assert.deepEqual(titles, ['round 1', 'round 2', 'round 3'], 'a single fault of no length cannot be made smaller');
    assert.equal(outcomes, 3);
    assert.equal(said.match(/smallest that fails by lost/g)?.length, 1);
    assert.ok(!(await played(() => ({ verdict: failing }))).said.includes('smallest'));
  });

  test('is refused on a lab of the other pattern', async () => {
    const topology = sketchTopology({ pattern: 'supported' });
    await assert.rejects(
      soak(topology, { seed: 1, forMs: 1, tries: 0 }, () => undefined),
      {
        message: /soak: expected a lab of the recommended pattern, "sketch" is of the supported one/,
        exitCode: EXIT.usage,
      },
    );
  });
});
