import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableJson } from './printable.ts';

const HOSTILE = 'a\u001b[2J\u009b31m\r\u0007\u007f\u202eb\u2066\u200f\u2028c\u0000';

test('a text on the terminal keeps its lines and commands nothing', () => {
  assert.equal(printable(`${HOSTILE}\n\tö`), 'a\ufffd[2J\ufffd31m\ufffd\ufffd\ufffd\ufffdb\ufffd\ufffd\ufffdc\ufffd\n ö');
});
test('JSON on the terminal says the same, and commands nothing', () => {
  const json = printableJson({ [HOSTILE]: [HOSTILE] });
  assert.deepEqual(JSON.parse(json), { [HOSTILE]: [HOSTILE] });
  assert.equal(/[^\P{C}\n]|[\u2028\u2029]/u.exec(json), null);
});
