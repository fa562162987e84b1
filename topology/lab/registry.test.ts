import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { UsageError } from '../../support/errors.ts';
import { foreignBases, giveNameBack, refuseForeign, registeredOwner, takeName } from './registry.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-registry-'));
after(() => rmSync(root, { recursive: true }));
const { HOLDFAST_STATE } = process.env;
after(() => {
  if (HOLDFAST_STATE === undefined) delete process.env.HOLDFAST_STATE;
  else process.env.HOLDFAST_STATE = HOLDFAST_STATE;
});

/** The machine's registry, and two state folders that both know a lab "one". */
function machine(name: string): { registry: string; one: string; other: string } {
  const [registry, one, other] = ['registry', 'one', 'other'].map((folder) => join(root, name, folder)) as [string, string, string];
  for (const state of [one, other]) mkdirSync(join(state, 'labs', 'one'), { recursive: true });
  return { registry, one, other };
}

function within<T>(state: string, use: () => T): T {
  process.env.HOLDFAST_STATE = state;
  return use();
}

const lab = (name: string, base = '198.18.0.0') => ({ name, base, owner: 1000 });
const refusal =
  (says: RegExp) =>
  (error: unknown): boolean =>
    error instanceof UsageError && says.test(error.message);

describe('the names of labs on a machine', { skip: process.platform !== 'linux' && 'labs need Linux' }, () => {
  test('are refused to every state folder but the one that has them, with the way on', () => {
    const { registry, one, other } = machine('names');
    within(one, () => takeName(lab('one'), registry));
    within(other, () => {
      const says = refusal(new RegExp(`lab "one" of state folder ${one} is up .*HOLDFAST_STATE=${one}`, 'u'));
      assert.throws(() => takeName(lab('one', '198.18.16.0'), registry), says);
      assert.throws(() => refuseForeign('one', registry), says);
      giveNameBack('one', registry);
      assert.throws(() => refuseForeign('one', registry), says);
      refuseForeign('two', registry);
    });
    within(one, () => {
      refuseForeign('one', registry);
      takeName(lab('one'), registry);
      assert.equal(registeredOwner('one', registry), 1000);
      giveNameBack('one', registry);
    });
    assert.equal(existsSync(registry), false, 'nothing is left once the last lab is gone');
    within(other, () => takeName(lab('one'), registry));
    within(one, () => assert.throws(() => refuseForeign('one', registry), UsageError));
  });

  test('come with addresses that no other lab may have meanwhile', () => {
    const { registry, one, other } = machine('addresses');
    within(one, () => takeName(lab('one'), registry));
    within(other, () => {
      assert.deepEqual(foreignBases(registry), ['198.18.0.0']);
      assert.throws(
        () => takeName(lab('two'), registry),
        refusal(/lab "two" has the addresses 198\.18\.0\.0\/20, and lab "one" of state folder/u),
      );
      takeName(lab('two', '198.18.16.0'), registry);
    });
    within(one, () => assert.deepEqual(foreignBases(registry), []));
  });

  test('belong to the folder itself, under whatever path it is reached', () => {
    const { registry, one } = machine('paths');
    within(one, () => takeName(lab('one'), registry));
    const [link, moved] = [`${one}-link`, `${one}-moved`];
    symlinkSync(one, link);
    within(link, () => refuseForeign('one', registry));
    renameSync(one, moved);
    within(moved, () => refuseForeign('one', registry));
  });

  test('are free again when the lab was removed by hand and nothing of it runs', () => {
    const { registry, one, other } = machine('removed');
    within(one, () => takeName(lab('one'), registry));
    rmSync(one, { recursive: true });
    within(other, () => {
      refuseForeign('one', registry);
      assert.deepEqual(foreignBases(registry), []);
      takeName(lab('one'), registry);
    });
  });

  test('are told apart from what a machine that lost its power left of an entry', () => {
    const { registry, one } = machine('torn');
    mkdirSync(registry, { recursive: true });
    writeFileSync(join(registry, 'one.json'), '{"name":"on');
    within(one, () => takeName(lab('one'), registry));
  });
});
