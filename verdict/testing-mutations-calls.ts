import { LATE, more, type Mutation } from './testing-mutation.ts';
import { steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Longer than anything in the model, and short enough that no other kind of operation leaves a hole meanwhile; ms. */
const BOUND_MS = 50;

/** Ways to spoil when calls were made and answered. */
export const CALL_MUTATIONS: readonly Mutation[] = [
  {
    what: 'let calls hang, and end ok after the deadline',
    class: 'longest-outage',
    spoil: ({ sketch }) => more(bounded(sketch, 'longestOutageMs'), ...gets((line) => ({ ...line, end: Number(line.start) + 3_000_000 }))),
  },
  {
    what: 'let one client wait for an answer',
    class: 'longest-silence',
    spoil: ({ sketch }) => {
      const [asked, answered] = gets((line) => line) as [Line, Line];
      const mute = { ...asked, id: 'unanswered', end: LATE + 60_000, outcome: 'unknown', found: undefined };
      return more(bounded(sketch, 'longestSilenceMs'), mute, { ...answered, due: LATE + 70_000, start: LATE + 70_000, end: LATE + 70_010 });
    },
  },
  {
    what: 'let the load generator begin its calls late',
    class: 'vacuous',
    doubts: ['vacuous'],
    spoil: ({ sketch }) =>
      more(sketch, ...gets((line) => ({ ...line, start: Number(line.start) + 150_000, end: Number(line.end) + 150_000 }))),
  },
  {
    what: 'drop calls while answers are quick',
    class: 'vacuous',
    doubts: ['vacuous'],
    spoil: ({ sketch }) => more(sketch, ...gets(({ due }) => ({ op: 'dropped', kind: 'get', due }))),
  },
  {
    what: 'let calls fail after the last phase',
    class: 'vacuous',
    doubts: ['vacuous'],
    spoil: () => {
      const whole = steady();
      const phases = (whole.run.phases as Line[]).map((phase) => (phase.name === 'after' ? { ...phase, end: 2_800_000 } : phase));
      const history = whole.history.map((line) =>
        line.op === 'read' && Number(line.due) > 2_900_000 ? { ...line, outcome: 'failed' } : line,
      );
      return { ...whole, run: { ...whole.run, phases }, history };
    },
  },
];

/** Gets of a client of its own, after all that the model does: one every 5 ms for a tenth of a second. */
function gets(spoil: (line: Line) => Line): Line[] {
  return Array.from({ length: 21 }, (_, nth) => LATE + nth * 5000).map((due) =>
    spoil({ op: 'get', id: 'nowhere', client: 77, due, start: due, end: due + 5, outcome: 'ok', found: false }),
  );
}

function bounded(sketch: Sketch, bound: string): Sketch {
  return { ...sketch, run: { ...sketch.run, bounds: { ...(sketch.run.bounds as Line | undefined), [bound]: BOUND_MS } } };
}
