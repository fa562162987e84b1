import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../../support/errors.ts';
import { sketchTopology } from '../topology.fixture.ts';
import { planSteps, readSchedule, type Schedule } from './schedule.ts';
import { scheduleTable, stepWords } from './table.ts';

const SCHEDULE: Schedule = {
  format: 1,
  reference: { routing: 'active-active', replication: 'strict', commit: 'on' },
  steps: [
    { at: 4500, fault: 'delay', target: 'primary', options: { from: 'dcs', by: '50ms' }, for: '8s' },
    { at: 0, fault: 'switchover', target: 'primary' },
  ],
};
const having = (changes: object): string => JSON.stringify({ ...SCHEDULE, ...changes });
const step = (changes: object): string => having({ steps: [{ ...SCHEDULE.steps[0], ...changes }] });

describe('a schedule in a file', () => {
  test('is refused with the field, what was expected and what to do', () => {
    const refused: [string, RegExp][] = [
      ['power-off b', /s\.json: expected a schedule as JSON, came something else: .*: correct it, or take the evidence\/schedule\.json/],
      ['[]', /s\.json is no schedule: line: Invalid input: expected object, received array: correct it/],
      [having({ format: 2 }), /format: Invalid input: expected 1/],
      [having({ steps: [] }), /steps: Too small/],
      [
        having({ reference: { ...SCHEDULE.reference, routing: 'round-robin' } }),
        /reference\.routing: expected one of active-active, active-passive, reads-at-both, came "round-robin"/,
      ],
      [step({ fault: 'explode' }), /steps\.0\.fault: expected one of power-off, reboot, .*, came "explode"/],
      [step({ fault: undefined }), /steps\.0\.fault: expected one of power-off, .*, came undefined/],
      [step({ at: -1 }), /steps\.0\.at: Too small/],
      [step({ at: '5s' }), /steps\.0\.at: Invalid input: expected number, received string/],
      [step({ options: { form: 'dcs' } }), /steps\.0\.options: Unrecognized key: "form"/],
      [step({ length: '5s' }), /steps\.0: Unrecognized key: "length"/],
    ];
    for (const [content, message] of refused) assert.throws(() => readSchedule(content, 's.json'), { name: UsageError.name, message });
  });

  test('asks for faults of the topology', () => {
    const planned = planSteps(sketchTopology(), SCHEDULE);
    assert.deepEqual(planned[0]?.spec.line, { delayMs: 50, jitterMs: 0 });
    assert.deepEqual(planned[1]?.spec.target, { kind: 'role', role: 'primary' });
  });

  test('is refused where a step asks for what there is not', () => {
    const refused: [object, RegExp][] = [
      [{ target: 'c' }, /step 1 of the schedule \(at 4500 ms\): unknown target "c": expected one of/],
      [{ for: undefined }, /delay lasts: expected "for"/],
      [{ options: { from: 'dcs' } }, /delay: expected "by"/],
      [{ fault: 'switchover', options: undefined }, /switchover is over at once: expected no "for", came "8s"/],
    ];
    for (const [changes, message] of refused)
      assert.throws(() => planSteps(sketchTopology(), readSchedule(step(changes), 's.json')), { name: UsageError.name, message });
  });

  test('is shown as a table, in the order of time', () => {
    assert.equal(
      scheduleTable(SCHEDULE),
      [
        'active-active, strict replication, commit level on',
        '   at  fault       on       for  with',
        '0.0 s  switchover  primary    –',
        '4.5 s  delay       primary   8s  from dcs, by 50ms',
      ].join('\n'),
    );
    assert.equal(stepWords(SCHEDULE.steps[0] as Schedule['steps'][number]), 'delay primary from dcs, by 50ms for 8s');
  });
});
