import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import { planFrom, readPlan, siteAndOther } from './plan.ts';

const dsn = (host: string): string => `postgres://postgres:secret@${host}:5432/mintpress`;
const good = { sites: { a: { dsn: dsn('one') }, b: { dsn: dsn('two') } }, balancer: ['./switch', '{site}'] };

describe('a plan', () => {
  test('of the least has everything else by default, and paths beside it', () => {
    assert.deepEqual(planFrom(good, '/somewhere'), {
      sites: [
        { name: 'a', dsn: dsn('one') },
        { name: 'b', dsn: dsn('two') },
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

  test('is refused with the field and what was expected, and shows no value', () => {
    const cases: [object, RegExp][] = [
      [{ sites: undefined }, /sites: expected an object, got nothing/],
      [{ sites: { a: { dsn: dsn('one') } } }, /sites: expected two, got a/],
      [{ sites: { ...good.sites, c: { dsn: dsn('three') } } }, /expected two, got a, b, c/],
      [{ sites: { a: { dsn: dsn('one') }, b: { dsn: dsn('one') } } }, /expected two databases, a and b have the same dsn/],
      [{ sites: { ...good.sites, b: { dsn: 'host=two password=secret' } } }, /sites\.b\.dsn: expected "postgres:.*, got a text/],
      [{ sites: { ...good.sites, b: { dsn: 'postgres://postgres:secret@two:5432' } } }, /sites\.b\.dsn: expected "postgres:/],
      [{ sites: { ...good.sites, b: { dsn: 'postgres://postgres:12/secret@two:5432/mintpress' } } }, /sites\.b\.dsn: .*percent-encoded/],
      [{ sites: { ...good.sites, b: { dsn: 'postgres://postgres:%secret@two/mintpress' } } }, /sites\.b\.dsn: .*"%25"/],
      [{ sites: { ...good.sites, b: { dsn: 'postgres://u:secret@two,three/mintpress' } } }, /sites\.b\.dsn: expected one host/],
      [{ sites: { ...good.sites, b: { dsn: 'postgres://u:secret@two/mintpress?host=three' } } }, /sites\.b\.dsn: .*before the "\?"/],
      [{ sites: { ...good.sites, b: { dns: dsn('two') } } }, /sites\.b\.dsn: .* got nothing; sites\.b: unknown dns/],
      [{ sites: { ...good.sites, b: { dsn: { secret: 'secret' } } } }, /sites\.b\.dsn: .* got an object/],
      [{ sites: { a: good.sites.a, [dsn('two')]: { dsn: dsn('two') } } }, /not shown/],
      [{ sites: { a: good.sites.a, b: { dsn: dsn('two'), [dsn('three')]: 1 } } }, /unknown a field whose name is not shown/],
      [{ sites: [dsn('one'), dsn('two')] }, /sites: expected an object, got a list/],
      [{ balancer: undefined }, /balancer: .* got nothing/],
      [{ balancer: ['./switch', '--token=secret'] }, /balancer: .*one of which holds "\{site\}", got a list/],
      [{ balancer: './switch --token=secret {site}' }, /balancer: expected a command and its arguments.*got a text/],
      [{ balancer: ['./switch', '{site}', { token: 'secret' }] }, /balancer\.2: expected a command/],
      [{ role: 'a"secret' }, /role: expected a letter/],
      [{ subscription: '' }, /subscription: expected a letter.* got an empty text/],
      [{ synchronous: 'secret' }, /synchronous: expected true or false, got a text/],
      [{ tailSeconds: 0 }, /tailSeconds: expected a whole number from 1 to 3600, got a number/],
      [{ tailSeconds: 1.5 }, /tailSeconds: expected a whole number/],
      [{ tailSeconds: 'secret' }, /tailSeconds: .* got a text/],
      [{ sequenceGap: -1 }, /sequenceGap/],
      [{ journal: ['secret'] }, /journal: expected a text, got a list/],
      [{ synchronus: true }, /unknown synchronus/],
    ];
    for (const [over, expected] of cases) {
      assert.throws(
        () => planFrom({ ...good, ...over }, '/somewhere'),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, expected);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
        String(expected),
      );
    }
    for (const value of [null, [], 'plan', 1]) assert.throws(() => planFrom(value, '/'), /the plan: expected an object/);
  });

  test('names all that is wrong with it at once', () => {
    assert.throws(() => planFrom({ ...good, role: 1, tailSeconds: 0 }, '/'), /role: .*; tailSeconds: /);
  });

  test('that is no file, or no JSON, is named, and nothing of it is shown', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-plan-'));
    try {
      const file = join(folder, 'plan.json');
      assert.throws(() => readPlan(file), /plan\.json: expected a readable file; ENOENT/);
      for (const [content, expected] of [
        ['{"sites":', /plan\.json: expected JSON/],
        [`{"sites": {"a":\n {"dsn": ${dsn('one')}}}}`, /plan\.json: expected JSON/],
        [dsn('one'), /plan\.json: expected JSON/],
      ] as const) {
        writeFileSync(file, content);
        assert.throws(
          () => readPlan(file),
          (error) => error instanceof UsageError && expected.test(error.message) && !/secret|postgres/.test(error.message),
          String(expected),
        );
      }
      writeFileSync(file, JSON.stringify(good));
      assert.equal(readPlan(file).journal, join(folder, 'runbook.jsonl'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('shows no name of a site that may be a connection string', () => {
    assert.throws(() => siteAndOther(planFrom(good, '/'), 'c'), /unknown site "c": expected a or b/);
    assert.throws(() => siteAndOther(planFrom(good, '/'), dsn('one')), /unknown site: expected a or b/);
  });
});
