import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseHTML } from 'linkedom';
import type { Verdict } from '../record/verdict-format.ts';
import { writeReport } from './report.ts';
import { emptyFolder, jsonLines, syntheticFolder, verdictIn, writeSynthetic } from './testing.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'&]]></style></svg>\u001b[31m\u202e `;

/** As much of a page as these tests look at. */
type Page = { body: { textContent: string }; querySelectorAll: (selector: string) => Iterable<unknown> };

async function reportOf(folder: string): Promise<{ text: string; words: string; document: Page }> {
  const text = readFileSync(await writeReport(folder, verdictIn(folder)), 'utf8');
  const { document } = (parseHTML as (page: string) => { document: Page })(text);
  return { text, document, words: document.body.textContent.replace(/\s+/g, ' ') };
}

const NOTHING: Verdict = {
  format: 1,
  id: 'r',
  scenario: 's',
  verdict: 'inconclusive',
  reasons: ['The record has no history.'],
  held: false,
  findings: [{ class: 'vacuous', count: 1, breaks: false, message: 'No operation was recorded.', witnesses: [] }],
  availability: {
    offered: 0,
    ok: 0,
    failed: 0,
    unknown: 0,
    dropped: 0,
    accepted: 0,
    event: null,
    time: null,
    outages: [],
    byKind: {},
    byPhase: {},
    latency: null,
  },
  recovery: [],
  staleness: {},
  coverage: { acknowledged: 0, refutable: 0, share: null },
  shares: {},
  writes: { acknowledged: 0, accepted: 0, failed: 0, unknown: 0, recovered: 0, vanished: 0 },
};
const RUN = { format: 1, id: 'r', scenario: 's', startedAt: '2025-03-01T10:15:00Z' };

describe('the report', () => {
  test('shows verdict, promises, story, timeline and figures, and fetches nothing', async (context) => {
    const { text, words } = await reportOf(syntheticFolder(context));
    for (const part of ['Pass', 'Promised and measured', 'db2 promoted (timeline 2).', 'outage 22.6 s', 'Versions', 'holdfast check'])
      assert.ok(words.includes(part), part);
    assert.equal(/<script|<link|<img|@import|url\(|(?:src|href)=/.exec(text), null);
    assert.deepEqual(
      [...text.matchAll(/https?:\/\/[^"' ]+/g)].map(([url]) => url).filter((url) => url !== 'http://www.w3.org/2000/svg'),
      [],
    );
  });

  test('lists the witnesses of a failure in time order and says how many more there are', async (context) => {
    const { words } = await reportOf(syntheticFolder(context, { lost: 37 }));
    assert.match(words, /✗ broken/);
    assert.match(words, /20 witnesses of 37.*and 17 more/);
  });

  test('keeps no promise that could not be judged, and tells how busy the machine was', async (context) => {
    const kept = /Longest outage≤ 30\.0 s[\d.]+ s✓ kept/;
    assert.match((await reportOf(syntheticFolder(context))).words, kept);
    const message = 'bound longestOutageMs cannot be judged: longest outage 40,000 ms > 30,000 ms, on an overloaded machine';
    const findings = [{ class: 'vacuous', count: 1, breaks: false, message, witnesses: [] }];
    const machine = { before: { seconds: 10, busySeconds: 9, idle: 0.013 }, after: { seconds: 5, busySeconds: 0, idle: 0.4 } };
    const { words } = await reportOf(syntheticFolder(context, { verdict: { verdict: 'inconclusive', findings, machine } }));
    assert.doesNotMatch(words, kept);
    assert.match(words, /Longest outage≤ 30\.0 s[\d.]+ snot known/);
    assert.match(words, /phase before10\.0 s1 %9\.00 s phase after5\.00 s40 %0 s/);
  });

  test('tells how many writes were in flight at a fault, and what became of them', async (context) => {
    const fault = { fault: 'freeze', target: 'db1', at: 10_500_000 };
    const inFlight = [
      { ...fault, writes: 9, acknowledged: 4, accepted: 0, failed: 2, unknown: 3, survived: 1 },
      { ...fault, writes: 7, acknowledged: 7, accepted: 0, failed: 0, unknown: 0, survived: null },
    ];
    const { words } = await reportOf(syntheticFolder(context, { verdict: { inFlight } }));
    assert.match(words, /freeze on db110\.5\d*940231 freeze on db110\.5\d*77000not known/);
  });

  test('tells what was drawn by chance', async (context) => {
    const drawn = { delayMs: 2345, sites: ['b', 'a'] };
    const { words } = await reportOf(syntheticFolder(context, { run: { drawn } }));
    assert.match(words, /drawn by chance ?the course began 2\.3\d? s later; sites in the order b, a/);
    assert.match((await reportOf(syntheticFolder(context))).words, /drawn by chance ?–/);
  });

  test('calls a control that was flagged by its name', async (context) => {
    assert.match((await reportOf(syntheticFolder(context, { lost: 9, expect: 'lost' }))).words, /Flagged, as it must/);
    assert.match((await reportOf(syntheticFolder(context, { expect: 'lost' }))).words, /Control not flagged/);
  });

  test('lets no text of a record become markup', async (context) => {
    const folder = syntheticFolder(context, { prefix: HOSTILE, lost: 5, verdict: { reasons: [HOSTILE], staleness: {} } });
    const { text, document, words } = await reportOf(folder);
    assert.deepEqual([...document.querySelectorAll('script, img, [onerror]')], []);
    assert.equal(/<script|<img|(?!\n)\p{Cc}|\p{Bidi_Control}/u.exec(text), null);
    assert.ok(words.includes('<script>alert(1)</script>'));
  });

  test('renders a record that has nothing but its frame', async (context) => {
    const folder = emptyFolder(context);
    writeFileSync(join(folder, 'run.json'), JSON.stringify(RUN));
    assert.match((await reportOf(folder)).words, /Not judged.*The record has no history\./);
    writeFileSync(join(folder, 'verdict.json'), JSON.stringify(NOTHING));
    const { words } = await reportOf(folder);
    assert.match(words, /Inconclusive.*The record has no final state/);
    assert.match(words, /No operation was offered\./);
    assert.doesNotMatch(words, /NaN|undefined|Infinity|Nothing acknowledged was lost/);
  });

  test('survives gaps of hours, times before zero, damaged lines and a history cut off in the middle', async (context) => {
    const folder = emptyFolder(context);
    const add = (due: number) => ({ op: 'add', id: `i${due}`, client: 1, due, start: due, end: due + 900, outcome: 'ok', site: 'a' });
    writeFileSync(join(folder, 'run.json'), JSON.stringify(RUN));
    writeFileSync(join(folder, 'history.jsonl'), `${jsonLines([add(-4e6), add(0), add(9e12), { op: 'add' }, 7])}{"op":"ad`);
    const first = await reportOf(folder);
    assert.match(first.words, /history of this record ended in the middle.*2 of 5 lines of the history were left out/);
    assert.equal(/NaN|Infinity/.exec(first.text), null);
    rmSync(join(folder, 'history.jsonl'));
    writeSynthetic(folder);
    truncateSync(join(folder, 'history.jsonl.gz'), 60_000);
    assert.match((await reportOf(folder)).words, /history of this record ended in the middle/);
  });

  test('says what is missing when the folder is no record', async (context) => {
    await assert.rejects(writeReport(emptyFolder(context), NOTHING), /has no run\.json/);
  });
});
