import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classesOf, judged, steady, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** A run whose looks at one copy, or at the balancer, changed while the fault lasted. */
function seen(name: 'db2' | 'balancer', change: Line): Sketch {
  const whole = steady({}, [1, 2, 6]);
  return {
    ...whole,
    observations: whole.observations.map((line) => {
      const inside = Number(line.at) >= 1_200_000 && Number(line.at) < 2_200_000;
      return inside && (name === 'balancer' ? 'backend' in line : line.copy === name) ? { ...line, ...change } : line;
    }),
  };
}

describe('a look without an answer', { concurrency: 4 }, () => {
  test('is no reaction of a copy, and leaves redundancy open', async () => {
    for (const up of [null, undefined]) {
      const { verdict, recovery, reasons } = await judged(seen('db2', { up, writable: null, took: 100_000 }));
      assert.equal(verdict, 'pass', reasons.join('\n'));
      assert.equal(recovery[0]?.firstReactionMs, null);
      assert.equal(recovery[0]?.redundantMs, 1195);
    }
    assert.equal((await judged(seen('db2', { up: false }))).recovery[0]?.firstReactionMs, 195);
  });
  test('does not hide that a copy was refused before and after it', async () => {
    const sketch = seen('db2', { up: false });
    const observations = sketch.observations.map((line) => (line.at === 1_200_000 && line.copy === 'db2' ? { ...line, up: null } : line));
    assert.equal((await judged({ ...sketch, observations })).recovery[0]?.firstReactionMs, 295);
  });
  test('is no reaction of the balancer, and leaves redundancy open', async () => {
    const { verdict, recovery, reasons } = await judged(seen('balancer', { status: null, took: 100_000 }));
    assert.equal(verdict, 'pass', reasons.join('\n'));
    assert.equal(recovery[0]?.firstReactionMs, null);
    assert.equal(recovery[0]?.redundantMs, 1195);
    assert.equal((await judged(seen('balancer', { status: 'DOWN' }))).recovery[0]?.firstReactionMs, 195);
  });
  test('shows no site gone that answered to the end', async () => {
    const whole = steady({}, [1, 1, 2]);
    const { findings } = await judged({
      ...whole,
      run: { ...whole.run, bounds: { share: [0.4, 0.6] } },
      observations: whole.observations.map((line) =>
        'backend' in line && Number(line.at) >= 2_000_000 ? { ...line, status: null, took: 100_000 } : line,
      ),
    });
    assert.ok(!findings.some(({ class: name }) => name === 'misrouted'));
  });
  test('shows no copy writable that was so before and after it', async () => {
    const looks = (between: Line): Line[] => [
      { at: 0, copy: 'db1', up: true, writable: true },
      { at: 50, copy: 'db1', ...between },
      { at: 60, copy: 'db2', up: true, writable: true },
      { at: 100, copy: 'db1', up: true, writable: true },
      { at: 900, copy: 'db2', up: true, writable: false },
    ];
    const classes = async (between: Line) => classesOf(await judged(tiny({ observations: looks(between) }))).other;
    assert.deepEqual(await classes({ up: true, writable: true }), ['two-writable']);
    assert.deepEqual(await classes({ up: null, took: 40 }), []);
  });
});
