import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classesOf, judged, tiny, type Sketch } from './testing.ts';

/** A record that breaks exactly one class, and one that nearly does; `explains` names what else is found, and told under that class. */
export type Pair = { name: string; what: string; breaks: Sketch; nearly: Sketch; explains?: string[] };

type Line = Record<string, unknown>;

/** The three plain elements, and more lines. */
export function more(...lines: Line[]): Line[] {
  return [...tiny().history, ...lines];
}

/** Final states of both copies that hold the three plain elements and more. */
export function everywhere(...rows: (string | Line)[]): Sketch['final'] {
  return { db1: ['e1', 'e2', 'e3', ...rows], db2: ['e1', 'e2', 'e3', ...rows] };
}

/** Makes two tests of each pair: the one is named by its class and nothing else, the other passes. */
export function testPairs(pairs: readonly Pair[]): void {
  for (const { name, what, breaks, nearly, explains = [] } of pairs) {
    test(`${name} is named, and nothing else: ${what}`, async () => {
      const verdict = await judged(breaks);
      assert.deepEqual(classesOf(verdict).breaking, [name], verdict.reasons.join('\n'));
      assert.equal(verdict.verdict, 'fail');
      assert.equal(verdict.held, false);
      const broken = verdict.findings.filter((finding) => finding.breaks);
      assert.deepEqual([...new Set(broken.filter((finding) => finding.root === name).map((finding) => finding.class))].sort(), explains);
      const [found] = broken.filter((finding) => finding.class === name && finding.root === undefined);
      assert.ok(found !== undefined && found.count > 0 && found.witnesses.length > 0 && found.witnesses.length <= 20);
    });
    test(`what nearly is ${name} breaks nothing: ${what}`, async () => {
      const verdict = await judged(nearly);
      assert.deepEqual(classesOf(verdict).breaking, [], verdict.reasons.join('\n'));
      assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    });
  }
}
