import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { identify, type ProcessIdentity } from '../support/processes.ts';
import type { Topology } from '../topology/model.ts';
import { endSeen, healAll, healFault, isBeingInjected } from './heal.ts';
import { append, openFaults, openJournal, readJournal, type JournalHead } from './journal.ts';
import { sketchTopology } from './topology.fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-heal-'));
after(() => rmSync(root, { recursive: true }));

let count = 0;
/** A topology with a journal of its own; the server of db1 was started at "2" after the fault, or not. */
function topology(started: '1' | '2'): Topology {
  const journalDir = join(root, `${++count}`);
  return new Proxy(sketchTopology({ started }), {
    get: (target, key): unknown => (key === 'journalDir' ? journalDir : (Reflect.get(target, key) as unknown)),
  });
}

/** The journal of a killed server, as its injector left it. */
function begun({ journalDir }: Topology, injector: ProcessIdentity | undefined): JournalHead {
  const pinned = { hosts: ['db1'], paths: [], started: '1' };
  const head = openJournal(journalDir, { fault: 'kill-postmaster', kind: 'momentary', target: 'db1', pinned, leaseEndNs: '1' }, 'a look');
  const { injector: _mine, ...others } = head;
  return injector === undefined ? others : { ...others, injector };
}

/** A process that has ended. */
async function dead(): Promise<ProcessIdentity> {
  const child = spawn('true', { stdio: 'ignore' });
  const identity = { ...(identify(process.pid) as ProcessIdentity), pid: child.pid as number };
  await new Promise((resolve) => child.once('exit', resolve));
  return identity;
}

describe('the end of a momentary fault', () => {
  test('is not looked for while it is being injected', async () => {
    const one = topology('1');
    const head = begun(one, identify(process.pid));
    assert.equal(isBeingInjected(one, head), true);
    append(one.journalDir, head, 'applied', 'the verb returned');
    assert.equal(isBeingInjected(one, head), false);
    const failed = topology('1');
    const itsHead = begun(failed, identify(process.pid));
    append(failed.journalDir, itsHead, 'healed', 'the verb failed');
    assert.equal(isBeingInjected(failed, itsHead), false, 'its injector has given up');
    const other = topology('1');
    assert.equal(isBeingInjected(other, begun(other, await dead())), false);
  });

  test('is seen where its injector died before it carried anything out', async () => {
    const one = topology('1');
    assert.equal((await endSeen(one, begun(one, await dead()))).seen, true);
    const other = topology('1');
    assert.equal((await endSeen(other, begun(other, undefined))).seen, true, 'a journal of an earlier version names no injector');
  });

  test('is seen only after its effect where it was carried out', async () => {
    for (const [started, seen] of [
      ['1', false],
      ['2', true],
    ] as const) {
      const one = topology(started);
      const head = begun(one, await dead());
      append(one.journalDir, head, 'applied', 'the verb returned');
      assert.equal((await endSeen(one, head)).seen, seen, `server started at ${started}`);
    }
  });

  test('stands in the journal after its effect, also where the injector is slower to see that', async () => {
    const one = topology('2');
    const head = begun(one, identify(process.pid));
    append(one.journalDir, head, 'applied', 'the verb returned');
    await healFault(one, head, 'healer');
    append(one.journalDir, head, 'verified', 'the look of the injector');
    const lines = readJournal(one.journalDir, head.id);
    assert.deepEqual(
      lines.map(({ state }) => state),
      ['intent', 'applied', 'healed', 'verified', 'gone'],
    );
    assert.match(lines[3]?.evidence ?? '', /the server of db1 was started at 2/);
  });
});

describe('healing', () => {
  test('twice is healing once: the second time there is nothing to heal', async () => {
    const one = topology('2');
    const head = begun(one, undefined);
    append(one.journalDir, head, 'applied', 'the verb returned');
    assert.deepEqual(
      (await healAll(one, 'a person')).map(({ fault, healed }) => [fault, healed]),
      [['kill-postmaster', true]],
    );
    assert.deepEqual(await healAll(one, 'a person'), []);
    assert.deepEqual(openFaults(one.journalDir), []);
    assert.equal(readJournal(one.journalDir, head.id).at(-1)?.state, 'gone');
  });

  test('of a fault whose target is there no longer says so, and goes on with the others', async () => {
    const one = topology('2');
    const head = begun(one, undefined);
    append(one.journalDir, head, 'applied', 'the verb returned');
    const gone = { fault: 'freeze', kind: 'held', target: 'c1', pinned: { hosts: ['c1'], paths: [] }, leaseEndNs: '1' } as const;
    openJournal(one.journalDir, { ...gone, pinned: { hosts: ['c1'], paths: [] } }, 'a look');
    const healings = await healAll(one, 'a person');
    assert.deepEqual(
      healings.map(({ fault, healed }) => [fault, healed]).toSorted(([a], [b]) => String(a).localeCompare(String(b))),
      [
        ['freeze', false],
        ['kill-postmaster', true],
      ],
    );
    assert.match(healings.find(({ healed }) => !healed)?.error ?? '', /"c1"/);
  });
});
