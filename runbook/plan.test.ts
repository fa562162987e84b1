import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import { planFrom, readPlan } from './plan.ts';

const dsn = (host: string): string => `postgres://postgres:secret@${host}:5432/mintpress`;
const good = { sites: { a: { dsn: dsn('one') }, b: { dsn: dsn('two') } }, balancer: ['./switch', '{site}'] };

describe('a plan', () => {
  test('of the least has everything else by default, and paths beside it', () => {
    assert.deepEqual(planFrom(good, '/somewhere'), {
      sites: [
        { name: 'a', dsn: dsn('one'), replicationDsn: `${dsn('one')}?tcp_user_timeout=5000` },
        { name: 'b', dsn: dsn('two'), replicationDsn: `${dsn('two')}?tcp_user_timeout=5000` },
      ],
      role: 'platform',
      publication: 'mintpress',
      subscription: 'mintpress',
      synchronous: false,
      balancer: ['./switch', '{site}'],
      journal: '/somewhere/runbook.jsonl',
      kept: '/somewhere/kept',
      tailSeconds: 30,
      rebuildSeconds: 600,
      sequenceGap: 1000,
    });
  });

  test('is refused with the field, what was expected and what came, and never with a password', () => {
    const cases: [object, RegExp][] = [
      [{ sites: undefined }, /sites: expected an object, came nothing/],
      [{ sites: { a: { dsn: dsn('one') } } }, /sites: expected two, came a/],
      [{ sites: { ...good.sites, c: { dsn: dsn('three') } } }, /expected two, came a, b, c/],
      [{ sites: { a: { dsn: dsn('one') }, b: { dsn: dsn('one') } } }, /expected two databases, a and b have the same dsn/],
      [{ sites: { ...good.sites, b: { dsn: 'host=two password=secret' } } }, /sites\.b\.dsn: expected "postgres:/],
      [{ sites: { ...good.sites, b: { dsn: 'postgres://postgres:secret@two:5432' } } }, /sites\.b\.dsn: expected "postgres:/],
      [{ sites: { ...good.sites, b: { dns: dsn('two') } } }, /sites\.b: unknown dns; expected some of dsn, replicationDsn/],
      [{ balancer: undefined }, /balancer: .* came nothing/],
      [{ balancer: ['./switch'] }, /one of which holds "\{site\}"/],
      [{ balancer: './switch {site}' }, /balancer: expected a command and its arguments/],
      [{ role: 'a"b' }, /role: expected a letter/],
      [{ subscription: '' }, /subscription: expected a text/],
      [{ synchronous: 'yes' }, /synchronous: expected true or false, came "yes"/],
      [{ tailSeconds: 0 }, /tailSeconds: expected a whole number from 1 to 3600, came 0/],
      [{ tailSeconds: '30' }, /tailSeconds: .* came "30"/],
      [{ sequenceGap: -1 }, /sequenceGap/],
      [{ synchronus: true }, /unknown synchronus; expected some of/],
    ];
    for (const [over, text] of cases) {
      assert.throws(
        () => planFrom({ ...good, ...over }, '/somewhere'),
        (error) => error instanceof UsageError && text.test(error.message) && !error.message.includes('secret'),
        String(text),
      );
    }
    for (const value of [null, [], 'plan', 1]) assert.throws(() => planFrom(value, '/'), /the plan: expected an object/);
  });

  test('that is no file, or no JSON, is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-plan-'));
    try {
      const file = join(folder, 'plan.json');
      assert.throws(() => readPlan(file), /plan\.json: expected a readable file/);
      writeFileSync(file, '{"sites":');
      assert.throws(() => readPlan(file), /plan\.json: expected JSON/);
      writeFileSync(file, JSON.stringify(good));
      assert.equal(readPlan(file).journal, join(folder, 'runbook.jsonl'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
