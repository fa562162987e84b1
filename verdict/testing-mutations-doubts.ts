import { LATE, more, type Mutation } from './testing-mutation.ts';
import { add, read, steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Ways to let parts of a record contradict each other, or to name what it does not know: nothing is broken, and nothing shown. */
export const DOUBT_MUTATIONS: readonly Mutation[] = [
  doubtful('let a copy answer that run.json does not name', ({ sketch }) =>
    more(sketch, read('first', LATE, LATE + 2, { role: 'replica', copy: 'db9' })),
  ),
  doubtful('let a site answer that run.json does not name', () =>
    changed({ history: (line) => (Number(line.due) % 50_000 === 0 ? { ...line, site: 'c' } : line) }),
  ),
  doubtful('commit a transaction of a failed write, and lose it', ({ sketch }) => ({
    ...more(sketch, add('rolled back', LATE, LATE + 5, { outcome: 'failed' })),
    transactions: [{ id: 'rolled back', xid: '7', status: 'committed' }],
  })),
  doubtful('commit a transaction of a write answered with 202, and lose it', ({ sketch, truth }) => ({
    ...more(sketch, add('accepted', LATE, LATE + 5, { copy: truth, replicated: false })),
    transactions: [{ id: 'accepted', xid: '7', status: 'committed' }],
  })),
  doubtful('take the first attempts of calls out of the history', () =>
    changed({ history: (line) => (Number(line.due) % 500_000 === 0 ? { ...line, attempt: 2 } : line) }),
  ),
  doubtful('open no connection after the first phase', () =>
    changed({
      run: { arrivals: { process: 'even', shortLived: 0.1 } },
      history: (line) => (Number(line.due) % 50_000 === 0 && Number(line.due) < 1_000_000 ? { ...line, connect: 300 } : line),
    }),
  ),
  doubtful('measure no share after the fault', () =>
    changed({
      run: { bounds: { share: [0.4, 0.6] } },
      observations: (line) => (line.backend === 'b' && Number(line.at) > 2_000_000 ? { ...line, status: 'DOWN' } : line),
    }),
  ),
  doubtful('let all calls of one kind fail after the last phase', () => {
    const phases = [...(steady().run.phases as Line[]).slice(0, 2), { name: 'after', start: 2_000_000, end: 2_985_000 }];
    return changed({
      run: { phases },
      history: (line) => (line.op === 'add' && Number(line.due) >= 2_985_000 ? { ...line, outcome: 'unknown' } : line),
    });
  }),
  doubtful('call a copy gone that was alive after all faults', () => {
    const whole = steady({}, [1, 1, 2]);
    return {
      ...whole,
      run: { ...whole.run, copies: { db1: 'primary', db2: 'gone' } },
      history: whole.history.map((line) => ({ ...line, copy: 'db1' })),
      observations: whole.observations.filter((line) => line.copy !== 'db2' || Number(line.at) < 2_500_000),
      final: { db1: whole.final.db1! },
    };
  }),
  doubtful('let looks find a copy down that answers while the fault lasts', () =>
    changed({
      observations: (line) =>
        line.copy === 'db1' && Number(line.at) >= 1_000_000 && Number(line.at) < 2_000_000 ? { at: line.at, copy: 'db1', up: false } : line,
    }),
  ),
  doubtful('let looks show a writer that may not write', () =>
    changed({ observations: (line) => (line.copy === 'db1' && Number(line.at) < 1_500_000 ? { ...line, writable: false } : line) }),
  ),
  doubtful('drain the active site all the time, and let it serve all', () =>
    changed({
      run: { topology: { replication: 'strict', routing: 'active-passive', sites: ['a', 'b'] } },
      history: (line) => ({ ...line, site: 'a' }),
      observations: (line) => (line.backend === 'a/1' || line.backend === 'a/2' ? { ...line, status: 'DRAIN' } : line),
    }),
  ),
];

function doubtful(what: string, spoil: Mutation['spoil']): Mutation {
  return { what, class: 'vacuous', doubts: ['vacuous'], spoil };
}

/** A steady run with other settings, calls or looks. */
function changed({
  run,
  history,
  observations,
}: {
  run?: Line;
  history?: (line: Line) => Line;
  observations?: (line: Line) => Line;
}): Sketch {
  const whole = steady();
  return {
    ...whole,
    run: { ...whole.run, ...run },
    history: whole.history.map(history ?? ((line) => line)),
    observations: whole.observations.map(observations ?? ((line) => line)),
  };
}
