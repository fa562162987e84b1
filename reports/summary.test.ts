import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { summaryTable } from './summary.ts';
import { synthetic, type Synthetic } from './testing.ts';

const judged = (options: Synthetic = {}) => synthetic(options).verdict;

describe('the summary table', () => {
  test('aligns, wraps within 110 columns, explains what did not hold and counts in its last line', () => {
    const failing = { ...judged({ lost: 37 }), scenario: 'a name that is '.repeat(12) + 'W'.repeat(150) };
    const lines = summaryTable([judged(), failing, judged({ lost: 3, expect: 'lost' }), judged({ expect: 'lost' })]).split('\n');
    assert.ok(lines.every((line) => Array.from(line).length <= 110));
    assert.ok(lines.some((line) => line.includes('↳ 37 acknowledged writes are absent from db2')));
    assert.ok(lines.some((line) => line.includes('↳ expected to be flagged as "lost"')));
    assert.equal(lines.at(-1), '4 scenarios: 1 passed, 1 flagged as expected, 1 failed, 1 not flagged as expected');
    const column = lines[0]!.indexOf('available') + 'available'.length;
    for (const line of lines.filter((each) => each.includes('22.6 s'))) assert.equal(line.slice(0, column).at(-1), '%');
  });

  test('has a line for what was skipped, with the reason, and counts it', () => {
    const skipped = [{ scenario: 'three sites', reason: 'the lab has\u001b[2J two' }];
    const lines = summaryTable([judged()], { skipped }).split('\n');
    const at = lines.findIndex((line) => line.startsWith('three sites'));
    assert.match(lines[at] ?? '', /^three sites +skipped( +–)+$/u);
    assert.match(lines[at + 1] ?? '', /^ {2}↳ the lab has.* two$/u);
    assert.equal(lines.at(-1), '2 scenarios: 1 passed, 1 skipped');
    assert.equal(summaryTable([], { skipped }).split('\n').at(-1), '1 scenario: 1 skipped');
    assert.doesNotMatch(lines.join(''), /\p{Cc}/u);
  });

  test('says aloud what a verdict that held notes', () => {
    const note = `note: this record demands less evidence than usual: ${'addsPerSecond 10 (usually 20), '.repeat(5)}`;
    const lines = summaryTable([{ ...judged(), reasons: ['every promise held', note] }]).split('\n');
    const at = lines.findIndex((line) => line.startsWith('  · note: this record demands less evidence than usual'));
    assert.ok(at > 0 && lines[at + 1]?.startsWith('    '));
    assert.ok(lines.every((line) => Array.from(line).length <= 110 && !line.includes('every promise held')));
  });

  test('colours only when asked, and colour changes no width', () => {
    const verdicts = [judged({ lost: 2 })];
    const [bare, coloured] = [summaryTable(verdicts), summaryTable(verdicts, { colour: true })];
    assert.ok(!bare.includes('\u001b'));
    assert.ok(coloured.includes('\u001b[31mFAIL'));
    assert.equal(stripVTControlCharacters(coloured), bare);
  });

  test('lets no escape sequence of a record reach the terminal', () => {
    const verdict = { ...judged({ lost: 2 }), scenario: '\u001b[2Jgone\n\nnext', reasons: ['\u001b]0;title\u0007'] };
    assert.doesNotMatch(summaryTable([verdict]), /(?!\n)\p{Cc}/u);
  });

  test('does not call nothing lost what could not be judged', () => {
    assert.match(summaryTable([{ ...judged(), verdict: 'inconclusive', held: false, reasons: ['no load'] }]), /inconclusive .* \? /);
  });
});
