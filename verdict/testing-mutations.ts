import { END } from './testing-cluster.ts';
import { LATE, type Mutation } from './testing-mutation.ts';
import { DOUBT_MUTATIONS } from './testing-mutations-doubts.ts';
import { EVIDENCE_MUTATIONS } from './testing-mutations-evidence.ts';
import { CALL_MUTATIONS } from './testing-mutations-calls.ts';
import { KEY_MUTATIONS } from './testing-mutations-keys.ts';
import { KIND_MUTATIONS } from './testing-mutations-kinds.ts';
import { SPLIT_MUTATIONS } from './testing-mutations-split.ts';
import { READ_MUTATIONS } from './testing-mutations-reads.ts';
import { LIST_MUTATIONS } from './testing-mutations-lists.ts';
import { UNWRITTEN_MUTATIONS } from './testing-mutations-unwritten.ts';
import { WRITE_MUTATIONS } from './testing-mutations-writes.ts';
import { read, steady } from './testing.ts';

type Line = Record<string, unknown>;

/** Every way to spoil a legal record: at least one for each class. */
export const MUTATIONS: readonly Mutation[] = [
  ...WRITE_MUTATIONS,
  ...KEY_MUTATIONS,
  ...READ_MUTATIONS,
  ...KIND_MUTATIONS,
  ...UNWRITTEN_MUTATIONS,
  ...LIST_MUTATIONS,
  ...CALL_MUTATIONS,
  ...SPLIT_MUTATIONS,
  {
    what: 'sample both copies writable',
    class: 'two-writable',
    reports: true,
    spoil: ({ sketch, course, replica }) => ({
      ...sketch,
      observations: [
        ...sketch.observations,
        { at: END - 5, copy: replica, up: true, writable: true, startedAt: course.failover === null ? 'A' : 'B' },
      ],
    }),
  },
  {
    what: 'let the passive site answer',
    class: 'misrouted',
    spoil: ({ sketch }) => ({
      ...sketch,
      run: { ...sketch.run, topology: { ...(sketch.run.topology as Line), routing: 'active-passive', sites: ['a', 'b'] } },
      history: [...sketch.history.map((line) => ({ ...line, site: 'a' })), read('first', LATE, LATE + 2, { site: 'b' })],
      observations: [...sketch.observations, ...[-30, LATE - 8, LATE - 4, LATE + 9].map((at) => ({ at, backend: 'a', status: 'UP' }))],
    }),
  },
  {
    what: 'lose the answers of all reads',
    class: 'never-read',
    doubts: ['never-read'],
    spoil: ({ sketch }) => ({
      ...sketch,
      run: { ...sketch.run, floors: { ...(sketch.run.floors as Line), coverage: 0.5 } },
      history: sketch.history.map((line) => (line.op === 'read' ? { ...line, outcome: 'unknown', found: undefined } : line)),
    }),
  },
  ...EVIDENCE_MUTATIONS,
  ...DOUBT_MUTATIONS,
  {
    what: 'lose the load during the fault',
    class: 'vacuous',
    doubts: ['never-read', 'vacuous'],
    spoil: () => {
      const whole = steady();
      return {
        ...whole,
        history: whole.history.filter((line) => line.op !== 'read' || Number(line.due) < 1_000_000 || Number(line.due) > 2_000_000),
      };
    },
  },
  {
    what: 'let a daemon end by itself',
    class: 'unwatched-exit',
    doubts: ['unwatched-exit'],
    spoil: ({ sketch }) => ({ ...sketch, observations: [...sketch.observations, { at: -20, exit: 'haproxy', host: 'glb', fault: null }] }),
  },
];
