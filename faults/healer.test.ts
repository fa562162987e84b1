import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { monotonicNs } from '../support/clock.ts';
import { until } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';
import { healerFiles, serveHealing } from './healer.ts';
import { openJournal, readJournal, unreadable, type JournalHead } from './journal.ts';
import { sketchTopology } from './topology.fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-healer-'));
after(() => rmSync(root, { recursive: true }));

let count = 0;

/** A topology whose hosts can be thawed, with a journal of its own and the names of those that were. */
function topology(): { lab: Topology; thawed: string[] } {
  const folder = join(root, `${++count}`);
  const [journalDir, companionsDir] = [join(folder, 'journal'), join(folder, 'companions')];
  for (const dir of [journalDir, companionsDir]) mkdirSync(dir, { recursive: true });
  const thawed: string[] = [];
  const sketch = sketchTopology({ answers: () => ({ came: 'answer', what: 'answers', connectMs: 1 }) });
  const changed: Partial<Topology> = {
    journalDir,
    companionsDir,
    host: (name) => ({ ...sketch.host(name), thaw: async () => void thawed.push(name) }),
  };
  const lab = new Proxy(sketch, {
    get: (target, key): unknown => (Reflect.get(changed, key) as unknown) ?? (Reflect.get(target, key) as unknown),
  });
  return { lab, thawed };
}

/** A frozen host, as its injector left it. */
function frozen({ journalDir }: Topology, host: string, leaseMs: number): JournalHead {
  const leaseEndNs = (monotonicNs() + BigInt(leaseMs) * 1_000_000n).toString();
  return openJournal(
    journalDir,
    { fault: 'freeze', kind: 'held', target: host, pinned: { hosts: [host], paths: [] }, leaseEndNs },
    'a look',
  );
}

function fileOf({ journalDir }: Topology, { id }: JournalHead): string {
  return join(journalDir, `${id}.jsonl`);
}

/** Writes the one line of a journal anew, changed, with a hash that fits. */
function rewrite(file: string, change: object): void {
  const { hash: _hash, ...body } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const line = { ...body, ...change };
  const hash = createHash('sha256').update(JSON.stringify(line)).digest('hex').slice(0, 32);
  writeFileSync(file, `${JSON.stringify({ ...line, hash })}\n`);
}

async function healing(lab: Topology, use: () => Promise<void>): Promise<void> {
  const server = serveHealing(() => lab);
  try {
    await use();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

function ended(lab: Topology, head: JournalHead): Promise<true> {
  return until({
    subject: head.target,
    condition: 'healed',
    timeoutMs: 10_000,
    intervalMs: 5,
    probe: async () => readJournal(lab.journalDir, head.id).some(({ state }) => state === 'gone') || undefined,
  });
}

/** What else may lie where a journal is expected, by what it is. */
const strange: Record<string, (file: string) => void> = {
  'no JSON': (file) => appendFileSync(file, 'not JSON\n'),
  'a line that is null': (file) => appendFileSync(file, 'null\n'),
  'changed by hand': (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('a look', 'no look')),
  'of a newer version': (file) => rewrite(file, { format: 2 }),
  'about another fault': (file) => rewrite(file, { id: 'other' }),
  'without a lease': (file) => rewrite(file, { leaseEndNs: undefined }),
  'with a lease that is no time': (file) => rewrite(file, { leaseEndNs: 'soon' }),
  'without what was pinned': (file) => rewrite(file, { pinned: null }),
  'a folder': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
  'a link': (file) => {
    rmSync(file);
    writeFileSync(`${file}.elsewhere`, '');
    symlinkSync(`${file}.elsewhere`, file);
  },
  'a pipe that nobody writes to': (file) => {
    rmSync(file);
    execFileSync('mkfifo', [file]);
  },
};

describe('a healer', () => {
  for (const [what, make] of Object.entries(strange)) {
    test(`ends the other faults beside a journal that is ${what}, and tells of it`, async () => {
      const { lab, thawed } = topology();
      const bad = frozen(lab, 'db1', 0);
      make(fileOf(lab, bad));
      const good = frozen(lab, 'db2', 0);
      await healing(lab, async () => void (await ended(lab, good)));
      assert.deepEqual(thawed, ['db2']);
      assert.deepEqual(
        unreadable(lab.journalDir).map(({ id }) => id),
        [bad.id],
      );
    });
  }

  test('ends the other faults beside one that this version does not know', async () => {
    const { lab, thawed } = topology();
    rewrite(fileOf(lab, frozen(lab, 'db1', 0)), { fault: 'from-the-future' });
    const good = frozen(lab, 'db2', 0);
    await healing(lab, async () => void (await ended(lab, good)));
    assert.deepEqual(thawed, ['db2']);
  });

  test('ends what it was armed with at its lease end, also where the journal can no longer be read', async () => {
    const { lab, thawed } = topology();
    const lost = frozen(lab, 'db1', 300);
    const good = frozen(lab, 'db2', 600);
    await healing(lab, async () => {
      await until({ subject: 'healer', condition: 'listening', timeoutMs: 10_000, intervalMs: 5, probe: async () => armed(lab, lost) });
      assert.equal(await armed(lab, good), true);
      appendFileSync(fileOf(lab, lost), 'not JSON\n');
      await ended(lab, good);
    });
    assert.deepEqual(thawed, ['db1', 'db2']);
  });

  test('does not end a fault of a far lease before the others', async () => {
    const { lab, thawed } = topology();
    frozen(lab, 'db1', 40 * 24 * 3_600_000);
    const good = frozen(lab, 'db2', 0);
    await healing(lab, async () => void (await ended(lab, good)));
    assert.deepEqual(thawed, ['db2']);
  });

  test('writes the end of a fault of an earlier boot at once, however late its lease would end', async () => {
    const { lab, thawed } = topology();
    const earlier = frozen(lab, 'db1', 3_600_000);
    rewrite(fileOf(lab, earlier), { bootId: 'an earlier one' });
    await healing(lab, async () => void (await ended(lab, earlier)));
    assert.deepEqual(thawed, []);
  });
});

/** Whether a healer takes a fault. */
function armed(lab: Topology, { id }: JournalHead): Promise<true> {
  return new Promise((resolve, reject) => {
    const client = connect(healerFiles(lab).socket, () => client.write(`${id}\n`));
    client.once('data', (data) => (data.toString() === 'armed\n' ? resolve(true) : reject(new Error(data.toString()))));
    client.once('error', reject);
  });
}
