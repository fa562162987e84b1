import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatCursor, parseCursor, START } from './cursor.ts';
import { inputOf, optionalTextOf, roleOf, textOf, valueOf, wholeOf } from './input.ts';

const refused = { status: 400 };

describe('what a client sends', () => {
  it('is an object', () => {
    assert.deepEqual(inputOf({ id: 'a' }), { id: 'a' });
    for (const value of [null, undefined, 'text', []]) assert.throws(() => inputOf(value), refused);
  });

  it('has ids without control characters and of bounded length', () => {
    assert.equal(textOf({ id: "c7-12 '\\ ü" }, 'id'), "c7-12 '\\ ü");
    for (const id of [undefined, '', 7, 'a\0b', 'a\nb', 'x'.repeat(201)]) assert.throws(() => textOf({ id }, 'id'), refused);
  });

  it('may have a value, without NUL', () => {
    assert.equal(valueOf({ value: 'a\nb' }), 'a\nb');
    assert.equal(valueOf({}), null);
    for (const value of [7, 'a\0b', 'x'.repeat(10_001)]) assert.throws(() => valueOf({ value }), refused);
  });

  it('has whole numbers within their bounds, also as text', () => {
    const bounds = { least: 1, most: 10, otherwise: 5 };
    assert.deepEqual([wholeOf({ n: 3 }, 'n', bounds), wholeOf({ n: '3' }, 'n', bounds), wholeOf({}, 'n', bounds)], [3, 3, 5]);
    for (const n of [0, 11, 1.5, '', 'x', true]) assert.throws(() => wholeOf({ n }, 'n', bounds), refused);
  });

  it('asks for the primary unless it says replica', () => {
    assert.deepEqual([roleOf({}), roleOf({ role: 'replica' })], ['primary', 'replica']);
    assert.throws(() => roleOf({ role: 'any' }), refused);
    assert.throws(() => optionalTextOf({ token: ['a', 'b'] }, 'token'), refused);
  });
});

describe('a cursor', () => {
  it('survives writing and reading', () => {
    const cursor = { epoch: 3, xid: '12345', id: 'c7 – 12' };
    assert.deepEqual(parseCursor(formatCursor(cursor)), cursor);
    assert.deepEqual(parseCursor(formatCursor(START)), START);
    assert.deepEqual([parseCursor(undefined), parseCursor('')], [START, START]);
  });

  it('is refused when it is none', () => {
    assert.throws(() => parseCursor('nonsense'), refused);
  });
});
