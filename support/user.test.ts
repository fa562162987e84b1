import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, linkSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { giveToUser, isRoot } from './user.ts';

const CALLER = 4321;
const root = mkdtempSync(join(tmpdir(), 'holdfast-user-'));
after(() => rmSync(root, { recursive: true }));

let count = 0;
/** A folder that root made, with a file, a folder with another one, and a file of root's own beside it. */
function made(): { folder: string; victim: string } {
  const folder = join(root, `${++count}`);
  const victim = join(root, `victim${count}`);
  mkdirSync(join(folder, 'inner'), { recursive: true });
  for (const file of ['record.json', 'inner/history.jsonl']) writeFileSync(join(folder, file), '{}');
  mkdirSync(victim);
  writeFileSync(join(victim, 'shadow'), 'secret');
  return { folder, victim };
}

const ownerOf = (...path: string[]): number => lstatSync(join(...path)).uid;

describe('giving to the person who called', { skip: !isRoot() && 'only root has anything to give' }, () => {
  const { SUDO_UID, SUDO_GID } = process.env;
  before(() => Object.assign(process.env, { SUDO_UID: String(CALLER), SUDO_GID: String(CALLER) }));
  after(() => {
    for (const [name, value] of Object.entries({ SUDO_UID, SUDO_GID })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  test('gives a folder and all that root made in it', () => {
    const { folder } = made();
    giveToUser(folder);
    for (const path of ['', 'record.json', 'inner', 'inner/history.jsonl']) assert.equal(ownerOf(folder, path), CALLER, path);
  });

  test('gives the folder alone where that is asked for', () => {
    const { folder } = made();
    giveToUser(folder, { deep: false });
    assert.deepEqual([ownerOf(folder), ownerOf(folder, 'inner')], [CALLER, 0]);
  });

  test('leaves what links lead to, at the top and below, and files that have another name elsewhere', () => {
    const { folder, victim } = made();
    symlinkSync(join(victim, 'shadow'), join(folder, 'to-file'));
    symlinkSync(victim, join(folder, 'inner', 'to-folder'));
    linkSync(join(victim, 'shadow'), join(folder, 'hard'));
    giveToUser(folder);
    const top = join(root, `${++count}`);
    symlinkSync(victim, top);
    giveToUser(top);
    assert.deepEqual([ownerOf(victim), ownerOf(victim, 'shadow')], [0, 0]);
    assert.equal(ownerOf(folder, 'record.json'), CALLER);
  });

  test('leaves what belongs to somebody else, and does not wait for a pipe', () => {
    const { folder } = made();
    chownSync(join(folder, 'record.json'), CALLER + 1, CALLER + 1);
    execFileSync('mkfifo', [join(folder, 'inner', 'pipe')]);
    giveToUser(folder);
    assert.equal(ownerOf(folder, 'record.json'), CALLER + 1);
    assert.equal(ownerOf(folder, 'inner', 'history.jsonl'), CALLER);
  });

  test('gives nothing of others while somebody exchanges folders for links', async () => {
    const { folder, victim } = made();
    const script =
      'while :; do mv inner aside; ln -s "$1" inner; mv record.json file; ln -s "$1/shadow" record.json; rm inner record.json; mv aside inner; mv file record.json; done';
    const attacker = spawn('sh', ['-c', script, 'sh', victim], { cwd: folder, stdio: 'ignore' });
    const ended = new Promise((resolve) => attacker.once('exit', resolve));
    try {
      for (let n = 0; n < 3000; n++) {
        giveToUser(folder);
        chownSync(folder, 0, 0);
      }
    } finally {
      attacker.kill('SIGKILL');
      await ended;
    }
    assert.deepEqual([ownerOf(victim), ownerOf(victim, 'shadow')], [0, 0]);
  });

  test('of nothing is no error', () => {
    giveToUser(join(root, 'nothing'));
  });
});
