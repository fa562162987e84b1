import { execa } from 'execa';
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { HoldfastError } from '../support/errors.ts';
import { append, headOf, type JournalHead, openFaults, openJournal, readable, readJournal, unreadable } from './journal.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-journal-'));
after(() => rmSync(root, { recursive: true }));

let count = 0;
const newDir = (): string => join(root, `${++count}`);

/** A fault with its intent, and the file that holds it. */
function begun(dir = newDir(), fault = 'freeze'): { dir: string; head: JournalHead; file: string } {
  const head = openJournal(
    dir,
    { fault, kind: 'held', target: 'db1', pinned: { hosts: ['db1'], paths: [] }, leaseEndNs: '123', run: 'r1' },
    'db1 answers',
  );
  return { dir, head, file: join(dir, `${head.id}.jsonl`) };
}

const linesIn = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const refusal =
  (says: RegExp) =>
  (error: unknown): boolean =>
    error instanceof HoldfastError && says.test(error.message);

describe('the journal of a fault', () => {
  test('begins with the intent and takes one line a state, each with its evidence', () => {
    const { dir, head, file } = begun();
    append(dir, head, 'applied', 'the verb returned');
    append(dir, head, 'verified', 'db1 silent');
    const lines = readJournal(dir, head.id);
    assert.deepEqual(
      lines.map(({ state, evidence }) => [state, evidence]),
      [
        ['intent', 'db1 answers'],
        ['applied', 'the verb returned'],
        ['verified', 'db1 silent'],
      ],
    );
    assert.ok(lines.every((line, index) => index === 0 || BigInt(line.atNs) > BigInt(lines[index - 1]?.atNs ?? 0)));
    assert.equal(linesIn(file).length, 3);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test('says in every line what anyone needs to heal it', () => {
    const { dir, head } = begun();
    append(dir, head, 'applied', '');
    for (const line of readJournal(dir, head.id)) assert.deepEqual(headOf([line]), head);
    assert.throws(() => headOf([]), refusal(/empty journal/u));
  });

  test('keeps the first time of a state that comes again', () => {
    const { dir, head, file } = begun();
    const first = append(dir, head, 'healed', 'by its lease');
    const text = readFileSync(file, 'utf8');
    assert.equal(append(dir, head, 'healed', 'by hand'), first);
    assert.equal(readFileSync(file, 'utf8'), text);
    assert.equal(readJournal(dir, head.id).at(-1)?.evidence, 'by its lease');
  });

  test('loses a torn last line and nothing else, and goes on after it', () => {
    for (const torn of ['{"format":1,"id"', 'x', '{"evidence":"ö']) {
      const { dir, head, file } = begun();
      append(dir, head, 'applied', 'schöner Beleg');
      const whole = readFileSync(file, 'utf8');
      appendFileSync(file, torn);
      assert.deepEqual(
        readJournal(dir, head.id).map(({ state }) => state),
        ['intent', 'applied'],
      );
      assert.equal(readFileSync(file, 'utf8'), whole + torn, 'a reader changes nothing');
      append(dir, head, 'gone', 'db1 answers');
      assert.ok(readFileSync(file, 'utf8').startsWith(whole));
      assert.deepEqual(
        readJournal(dir, head.id).map(({ state }) => state),
        ['intent', 'applied', 'gone'],
      );
    }
  });

  test('that was cut within its only line counts as never begun', () => {
    const { dir, head, file } = begun();
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
    assert.deepEqual(readable(dir), []);
    assert.deepEqual(readJournal(dir, head.id), []);
  });

  test('that was changed afterwards is refused, and the line is named', () => {
    const changes: [(lines: string[]) => string[], number][] = [
      [([first = '', ...rest]) => [first.replace('db1 answers', 'db1 was silent'), ...rest], 1],
      [([first = '', second = '', ...rest]) => [first, second.replace('"applied"', '"verified"'), ...rest], 2],
      [([first = '', , ...rest]) => [first, ...rest], 2],
      [([, ...rest]) => rest, 1],
      [([first = '', second = '', ...rest]) => [first, ...rest, second], 2],
      [(lines) => [...lines, lines.at(-1) ?? ''], 4],
    ];
    for (const [change, line] of changes) {
      const { dir, head, file } = begun();
      append(dir, head, 'applied', 'a');
      append(dir, head, 'verified', 'b');
      writeFileSync(
        file,
        change(linesIn(file))
          .map((text) => `${text}\n`)
          .join(''),
      );
      assert.throws(
        () => readJournal(dir, head.id),
        refusal(new RegExp(`${head.id}\\.jsonl line ${line}: the hash does not continue`, 'u')),
      );
      assert.throws(() => append(dir, head, 'gone', 'c'), refusal(/the hash does not continue/u));
    }
  });

  test('of another version is refused with what to do', () => {
    const { dir, head, file } = begun();
    writeFileSync(file, readFileSync(file, 'utf8').replace('"format":1', '"format":2'));
    assert.throws(
      () => readJournal(dir, head.id),
      refusal(/line 1 has journal format 2; this version reads 1: heal with the version that wrote it, or take the lab down/u),
    );
  });

  test('with a whole line that is no JSON is refused, and the line is named', () => {
    const { dir, head, file } = begun();
    appendFileSync(file, 'not JSON\n');
    assert.throws(() => readJournal(dir, head.id), refusal(/line 2 is no JSON/u));
  });
});

describe('the journal of a lab', () => {
  test('lists its faults, oldest first, and those that are not gone', () => {
    const dir = newDir();
    assert.deepEqual(readable(dir), []);
    const [first, second, third] = ['freeze', 'power-off', 'freeze'].map((fault) => begun(dir, fault).head) as [
      JournalHead,
      JournalHead,
      JournalHead,
    ];
    writeFileSync(join(dir, 'healer.log'), 'not a journal');
    append(dir, second, 'healed', '');
    append(dir, first, 'gone', '');
    assert.deepEqual(
      readable(dir).map(([line]) => line?.id),
      [first.id, second.id, third.id],
    );
    assert.deepEqual(
      openFaults(dir).map(([line]) => line?.id),
      [second.id, third.id],
    );
  });

  test('keeps one that cannot be trusted apart from the others', () => {
    const dir = newDir();
    const [broken, good] = ['freeze', 'power-off'].map((fault) => begun(dir, fault)) as [
      ReturnType<typeof begun>,
      ReturnType<typeof begun>,
    ];
    appendFileSync(broken.file, 'not JSON\n');
    assert.deepEqual(
      openFaults(dir).map(([line]) => line?.id),
      [good.head.id],
    );
    assert.deepEqual(
      unreadable(dir).map(({ id }) => id),
      [broken.head.id],
    );
    assert.match(unreadable(dir)[0]?.error ?? '', /line 2 is no JSON/u);
  });

  test('is whole after several processes appended to it at once', async () => {
    const { dir, head } = begun();
    const script = `import { append } from ${JSON.stringify(join(import.meta.dirname, 'journal.ts'))};
      append(process.argv[1], JSON.parse(process.argv[2]), process.argv[3], 'at once');`;
    const states = ['applied', 'verified', 'healed', 'gone'];
    await Promise.all(
      states.map((state) => execa(process.execPath, ['--input-type=module', '-e', script, dir, JSON.stringify(head), state])),
    );
    assert.deepEqual(
      readJournal(dir, head.id)
        .map(({ state }) => state)
        .sort(),
      ['intent', ...states].sort(),
    );
  });
});
