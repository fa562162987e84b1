import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noServers } from '../../platform/postgres-versions.fixture.ts';
import { drawCourse, inWords } from './course.fixture.ts';
import { play } from './play.fixture.ts';

/** Those that are played each time; HOLDFAST_COURSES asks for more, HOLDFAST_SEED for others, HOLDFAST_MISTAKES for those that hold this text. */
const COURSES = Number(process.env.HOLDFAST_COURSES ?? 3);
const FIRST_SEED = Number(process.env.HOLDFAST_SEED ?? 206);
const only = process.env.HOLDFAST_MISTAKES ?? '';
const VERSIONS = (process.env.HOLDFAST_VERSIONS ?? '14,15,16,17,18').split(',').map(Number);
const COURSE_MS = 600_000;

describe('runbooks among mistakes', { skip: noServers, timeout: COURSES * COURSE_MS }, () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + COURSES; seed += 1) {
    const course = drawCourse(seed, { versions: VERSIONS, only });
    it(`lose nothing, have one writer and a way on (course ${seed}: ${inWords(course)})`, { timeout: COURSE_MS }, async () => {
      const { findings, log } = await play(course);
      const again = `HOLDFAST_SEED=${seed} HOLDFAST_COURSES=1${only === '' ? '' : ` HOLDFAST_MISTAKES='${only}'`} node --test runbook/course/courses.pg.test.ts`;
      const told = findings.map(({ sort, what }) => `${sort}: ${what}`);
      assert.equal(findings.length, 0, [...told, ...log.map((line) => `  ${line}`), `plays it again: ${again}`].join('\n'));
    });
  }
});
