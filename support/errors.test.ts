import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeadlineError, EXIT, HoldfastError, MachineError, messageOf, UsageError } from './errors.ts';

test('the exit codes are the documented ones', () => {
  assert.deepEqual(EXIT, { pass: 0, broken: 1, inconclusive: 2, unhealed: 3, usage: 64, machine: 69, internal: 70 });
});

test('each kind of error ends the command with its own code, under its own name', () => {
  const errors = [
    new HoldfastError('a'),
    new DeadlineError('b'),
    new UsageError('c'),
    new MachineError('d'),
    new HoldfastError('e', { exitCode: 3 }),
  ];
  assert.deepEqual(
    errors.map(({ exitCode }) => exitCode),
    [2, 2, 64, 69, 3],
  );
  assert.deepEqual(
    errors.map(({ name }) => name),
    ['HoldfastError', 'DeadlineError', 'UsageError', 'MachineError', 'HoldfastError'],
  );
});

test('a message is told with all its causes', () => {
  const cause = new Error('refused', { cause: new Error('port 80') });
  assert.equal(messageOf(new UsageError('no answer', { cause })), 'no answer (refused (port 80))');
  assert.equal(messageOf(new AggregateError([new Error('a'), new Error('b', { cause: 'c' }), 'd'], 'several')), 'a; b (c); d');
});

test('whatever else was thrown is told as text', () => {
  assert.deepEqual(['text', 7, undefined, null].map(messageOf), ['text', '7', 'undefined', 'null']);
});

test('an error without a cause has none', () => {
  assert.equal('cause' in new HoldfastError('alone'), false);
});
