import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { EXIT } from '../support/errors.ts';
import { junit, type JUnitCase } from './junit.ts';
import { synthetic } from './testing.ts';

const { verdict } = synthetic();
const passed: JUnitCase = { title: 'a', file: 'recommended/a.spec.ts', seconds: 30.5, code: EXIT.pass, folder: '/ci/runs/1', verdict };
const broken: JUnitCase = { ...passed, title: 'b', code: EXIT.broken, folder: '/ci/runs/2', verdict: synthetic({ lost: 37 }).verdict };
const control: JUnitCase = { ...passed, title: 'c', folder: '/ci/runs/3', verdict: synthetic({ lost: 37, expect: 'lost' }).verdict };
const undecided: JUnitCase = {
  ...passed,
  title: 'd',
  code: EXIT.inconclusive,
  verdict: { ...verdict, verdict: 'inconclusive', held: false, reasons: ['no load', 'no proof'] },
};

/** As much of the DOM as is asked here. */
interface Element {
  textContent: string;
  parentElement: Element | null;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

/** The document that JUnit's readers see. */
function read(...cases: JUnitCase[]): Element {
  const suite = { name: 'recommended', startedAt: new Date('2026-01-02T03:04:05Z'), properties: { session: 's' }, cases, root: '/ci' };
  return (parseHTML(junit(suite)) as unknown as { document: Element }).document;
}

const only = (element: Element, selector: string): Element => {
  const found = [...element.querySelectorAll(selector)];
  assert.equal(found.length, 1, selector);
  return found[0]!;
};

const property = (element: Element, name: string): string | null | undefined =>
  element.querySelector(`property[name="${name}"]`)?.getAttribute('value');

describe('JUnit', () => {
  test('counts a broken promise as a failure, and what is inconclusive as an error, never as a pass', () => {
    const document = read(passed, broken, control, undecided);
    const suite = only(document, 'testsuite');
    assert.deepEqual(
      ['tests', 'failures', 'errors', 'skipped', 'time'].map((name) => suite.getAttribute(name)),
      ['4', '1', '1', '0', '122.000'],
    );
    assert.equal(only(document, 'failure').parentElement?.getAttribute('name'), 'b');
    assert.match(only(document, 'failure').getAttribute('message') ?? '', /^37 acknowledged writes are absent from db2/);
    assert.equal(only(document, 'error').getAttribute('type'), 'inconclusive');
    assert.equal(only(document, 'error').textContent, 'no load\nno proof');
  });

  test('passes a control that was flagged, though its verdict is fail, and fails one that was not', () => {
    const testcase = only(read(control), 'testcase');
    assert.equal(testcase.querySelector('failure, error'), null);
    assert.deepEqual(
      ['verdict', 'mustFlag', 'held'].map((name) => property(testcase, name)),
      ['fail', 'lost', 'true'],
    );
    const missed = { ...control, code: EXIT.broken, verdict: { ...verdict, expect: 'lost', held: false } };
    assert.match(only(read(missed), 'failure').getAttribute('message') ?? '', /^expected to be flagged as "lost", and as nothing else: /);
  });

  test('tells of each run where its record is, what it measured, and of which scenario it is', () => {
    const testcase = only(read(passed), 'testcase');
    assert.equal(testcase.getAttribute('classname'), 'recommended.a');
    assert.equal(property(testcase, 'record'), 'runs/1');
    assert.equal(property(testcase, 'longestOutageMs'), '22600');
    assert.equal(property(testcase, 'rtoMs'), '22600');
    assert.equal(only(testcase, 'system-out').textContent, '[[ATTACHMENT|runs/1/report.html]]');
  });

  test('makes an error of what left no verdict, and says when faults are left', () => {
    const lost = { title: 'e', code: EXIT.inconclusive, error: 'no lab' };
    const [first, second] = read(lost, { ...lost, title: 'f', code: EXIT.unhealed }).querySelectorAll('error');
    assert.equal(first?.getAttribute('message'), 'no lab');
    assert.equal(second?.getAttribute('type'), 'healing incomplete');
  });

  test('skips what was not to run, with the reason: it is no pass, no failure and no error', () => {
    const document = read(passed, { title: 'g', file: 'recommended/g.spec.ts', code: EXIT.inconclusive, skipped: 'needs "three" sites' });
    const suite = only(document, 'testsuite');
    assert.deepEqual(
      ['tests', 'failures', 'errors', 'skipped'].map((name) => suite.getAttribute(name)),
      ['2', '0', '0', '1'],
    );
    const testcase = only(document, 'skipped');
    assert.equal(testcase.getAttribute('message'), 'needs "three" sites');
    assert.equal(testcase.parentElement?.getAttribute('name'), 'g');
    assert.equal(document.querySelector('error, failure'), null);
  });

  test('gives repeats names of their own, and lets no text of a record break the document', () => {
    const hostile = { ...undecided, title: '</testcase>&\u0000"', verdict: { ...undecided.verdict!, reasons: [']]><x>\u001b'] } };
    const document = read(hostile, hostile, passed);
    assert.deepEqual(
      [...document.querySelectorAll('testcase')].map((each) => each.getAttribute('name')),
      ['</testcase>&\ufffd"', '</testcase>&\ufffd" (2)', 'a'],
    );
    assert.equal(document.querySelector('x'), null);
  });
});
