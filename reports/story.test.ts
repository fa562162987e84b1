import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Actions } from './actions.ts';
import { Journal } from './journal.ts';
import { copyState, Lanes, type BackendState, type CopyState } from './lanes.ts';
import { databaseEvents, balancerEvents, exitEvents } from './story-observed.ts';
import { actionEvents } from './story-actions.ts';
import { faultEvents, outageEvents } from './story-journal.ts';
import { readRun } from './run-data.ts';
import { storyEvents, storyOf } from './story.ts';
import { syntheticFolder, verdictIn } from './testing.ts';

const read = (folder: string): ReturnType<typeof readRun> => readRun(folder, verdictIn(folder));

function told(lines: readonly object[]): string[] {
  const journal = new Journal();
  for (const line of lines) assert.ok(journal.add(line));
  return faultEvents(journal.spans()).map(({ at, text }) => `${at / 1e6}: ${text}`);
}

const freeze = { fault: 'freeze', target: 'db1' };

describe('the story', () => {
  test('tells the whole run in order, with the fate of what got no answer', async (context) => {
    const story = storyOf(await read(syntheticFolder(context)));
    const expected = [
      '12.4 s: db1 frozen.',
      '12.4 s: writes begin to fail.',
      '12.7 s: proven: db1 no longer answers.',
      '15.3 s: load balancer: a DOWN.',
      '33.2 s: db2 promoted (timeline 2).',
      '34.9 s: load balancer: a UP.',
      '35.0 s: writes succeed again, after 22.6 s.',
      '38.0 s: db1 thawed.',
      '40.6 s: db1 is back, restarted, as a standby (timeline 2).',
      '41.4 s: proven: db1 answers again.',
      '37 writes without a definite answer: 25 present, 12 absent.',
      'Nothing acknowledged was lost: all 7,480 acknowledged writes are there.',
      'Verdict: pass.',
    ];
    assert.deepEqual(
      story.filter((line) => expected.includes(line)),
      expected,
    );
  });

  test('does not claim that nothing was lost when no final state was read', async (context) => {
    const data = await read(syntheticFolder(context));
    const story = storyOf({ ...data, finals: [] });
    assert.ok(story.includes('Whether an acknowledged write was lost is not known.'));
    assert.ok(!story.some((line) => line.startsWith('Nothing acknowledged')));
  });

  test('tells of a fault that was planned and refused, when its time had come', async (context) => {
    const data = await read(syntheticFolder(context));
    const leftOut = [{ at: 20e6, fault: 'freeze', target: 'b', reason: 'b1 asked from observer: silent for 250 ms' }];
    const [event] = storyEvents({ ...data, run: { ...data.run, leftOut } }).filter(({ at }) => at === 20e6);
    assert.deepEqual(event, { at: 20e6, tone: 'fact', text: 'left out: freeze on b was refused.', aside: leftOut[0]?.reason });
  });

  test('tells of a runbook when it began and when its steps were done, and of each statement', () => {
    const step = { runbook: 'promote', site: 'b' } as const;
    const actions = new Actions();
    for (const line of [
      { ...step, step: 'fence', at: 12.1e6, tookMs: 30 },
      { ...step, step: 'tail', at: 13.6e6, tookMs: 1500, found: { complete: false } },
      { runbook: 'statement', site: 'a', step: 'UPDATE writer SET writable = false', at: 11e6, tookMs: 4 },
      { ...step, step: 'fence', at: 20e6, tookMs: 500 },
    ])
      assert.ok(actions.add(line));
    for (const wrong of [
      {},
      { ...step, step: 'fence', at: '2026-01-01', tookMs: 1 },
      { ...step, runbook: 'demote', step: 'x', at: 1, tookMs: 1 },
    ])
      assert.equal(actions.add(wrong), false);
    assert.deepEqual(
      actionEvents(actions.finish()).map(({ at, text, aside }) => `${at / 1e6}: ${text}${aside === undefined ? '' : ` ${aside}`}`),
      [
        '11: a statement was carried out at site a. UPDATE writer SET writable = false',
        '12.07: runbook "promote b" begins.',
        '13.6: runbook "promote b" has done its 2 steps, after 1.53 s, of which tail 1.50 s.',
        '19.5: runbook "promote b" begins.',
        '20: runbook "promote b" has done its 1 step, after 500 ms, of which fence 500 ms.',
      ],
    );
  });

  test('says what a cut of the network lies between', () => {
    const cut = { fault: 'isolate', target: 'the primary (db1) from the standbys' };
    const lines = ['applied', 'verified', 'healed', 'gone'].map((state, at) => ({ ...cut, state, at: at * 1e6 }));
    assert.deepEqual(told(lines), [
      '0: the primary (db1) cut off from the standbys.',
      '1: proven: the primary (db1) can no longer be reached.',
      '2: the primary (db1) reconnected.',
      '3: proven: the primary (db1) can be reached again.',
    ]);
  });

  test('names a fault it has no words for, and one that never came or never went', () => {
    assert.deepEqual(told([{ fault: 'rays', target: 'db1', state: 'applied', at: 1e6 }]), [
      '1: rays applied to db1.',
      '1: the journal ends here: rays on db1 was not healed within the run.',
    ]);
    assert.deepEqual(told([{ ...freeze, state: 'intent', at: 1e6 }]), ['1: freeze on db1 was about to begin; it was never applied.']);
  });

  test('keeps two faults of one name apart without ids', () => {
    const lines = [0, 10].flatMap((start) =>
      ['intent', 'applied', 'gone'].map((state, step) => ({ ...freeze, state, at: (start + step) * 1e6 })),
    );
    assert.equal(told(lines).filter((line) => line.endsWith('db1 frozen.')).length, 2);
  });

  test('sums up a flapping backend instead of telling every change', () => {
    const lanes = new Lanes<BackendState>();
    for (let at = 0; at < 100; at += 1) lanes.add('a', at * 100_000, { status: at % 2 === 0 ? 'UP' : 'DOWN' });
    const events = balancerEvents(lanes.finish());
    assert.equal(events.length, 9);
    assert.equal(events[5]?.text, 'load balancer: a: 91 more changes from here to 9.6 s.');
  });

  test('tells a copy that gave no answer in time from one that refused', () => {
    const looks = [true, undefined, true, undefined, undefined, false, undefined, true].map((up, nth) => ({
      at: nth * 1e5,
      copy: 'db1',
      up,
    }));
    const lanes = new Lanes<CopyState>();
    for (const look of looks) lanes.add('db1', look.at, copyState({ ...look, ...(look.up === true ? { writable: true } : {}) }));
    assert.deepEqual(
      databaseEvents(lanes.finish()).map(({ text }) => text),
      [
        'db1 does not answer the observer in time.',
        'db1 is back as primary.',
        'db1 does not answer the observer in time.',
        'db1 no longer answers the observer.',
        'db1 is back as primary.',
      ],
    );
  });

  test('does not depend on the order of the observations', () => {
    const states: [number, CopyState][] = [
      [0, { role: 'primary', timeline: 1 }],
      [1e5, { role: 'down' }],
      [2e5, { role: 'standby', timeline: 2 }],
    ];
    const stories = [states, states.toReversed()].map((order) => {
      const lanes = new Lanes<CopyState>();
      for (const [at, state] of order) lanes.add('db1', at, state);
      return databaseEvents(lanes.finish()).map(({ text }) => text);
    });
    assert.deepEqual(stories[0], ['db1 no longer answers the observer.', 'db1 is back as a standby (timeline 2).']);
    assert.deepEqual(stories[1], stories[0]);
  });

  test('tells a fault before the outage that begins in the same slice', () => {
    const outages = [{ kind: 'add', start: 12.38e6, end: 20e6, censored: false }];
    const faults = [{ fault: 'freeze', target: 'db1', at: { applied: 12.4e6 }, evidence: {} }];
    assert.equal(outageEvents(outages, { endOfLoad: 60e6, faults })[0]?.at, 12.4e6);
  });

  test('says of an exit whether a fault explains it, and of an outage that outlives the load that it is open', () => {
    assert.equal(
      exitEvents([{ at: 0, exit: 'haproxy', host: 'glb', fault: null }])[0]?.text,
      'haproxy on glb ended (no fault explains it).',
    );
    const [, end] = outageEvents([{ kind: 'add', start: 5e6, end: 9e6, censored: true }], { endOfLoad: 9e6 });
    assert.equal(end?.text, 'the load ends; writes still fail (for 4.00 s so far).');
  });
});
