import type { HistoryLine, Operation, Run } from '../record/format.ts';
import type { Finding, Verdict } from '../record/verdict-format.ts';
import { STORY } from './testing-history.ts';

type Tally = Verdict['availability']['byKind'][Operation['op']];

/** A verdict that agrees with the synthetic history, and the ids that the final state holds. */
export function syntheticVerdict({ run, history, lost }: { run: Run; history: readonly HistoryLine[]; lost: number }): {
  verdict: Verdict;
  present: string[];
} {
  const adds = history.filter((line): line is Operation => line.op === 'add');
  const acked = adds.filter((add) => add.outcome === 'ok');
  const unknown = adds.filter((add) => add.outcome === 'unknown');
  const recovered = unknown.filter((_, at) => at % 3 !== 2);
  const taken = acked
    .filter((add) => add.start < STORY.frozen * 1e6)
    .slice(-lost)
    .slice(0, lost);
  const findings = lost > 0 ? [lossFinding(taken), staleFinding(taken)] : [];
  const verdict = lost > 0 ? 'fail' : 'pass';
  const outage = { start: STORY.frozen * 1e6, end: STORY.again * 1e6, censored: false };
  const phase = (name: string) => run.phases?.find((each) => each.name === name) ?? { start: 0, end: 0 };
  const within = (name: string) =>
    history.filter((line) => Number(line['due']) >= phase(name).start && Number(line['due']) < phase(name).end);
  const calm = { p50: 1.6, p95: 4.2, p99: 12.8, max: 31 };
  return {
    present: [...acked.filter((add) => !taken.includes(add)), ...recovered].map((add) => add.id),
    verdict: {
      format: 1,
      id: run.id,
      scenario: run.scenario,
      verdict,
      reasons: lost > 0 ? findings.map((finding) => finding.message) : ['Every promise was kept.'],
      ...(run.expect === undefined ? {} : { expect: run.expect }),
      held: run.expect === undefined ? verdict === 'pass' : run.expect === findings[0]?.class,
      findings,
      availability: {
        ...tally(history, 0.623),
        latency: { p50: 1.7, p95: 5.1, p99: 19, max: 64 },
        outages: ['add', 'read', 'all'].map((kind) => ({ kind, ...outage })),
        byKind: {
          add: tally(
            history.filter((line) => line.op !== 'read'),
            0.62,
          ),
          read: tally(
            history.filter((line) => line.op === 'read'),
            0.63,
          ),
        },
        byPhase: {
          before: { ...tally(within('before'), 1), latency: calm },
          during: { ...tally(within('during'), 0.22), latency: { p50: 1.5, p95: 11, p99: 26, max: 64 } },
          after: { ...tally(within('after'), 1), latency: calm },
        },
      },
      recovery: [
        {
          fault: 'freeze',
          target: 'db1',
          appliedAt: STORY.frozen * 1e6,
          provenMs: 300,
          firstReactionMs: 2800,
          firstSuccessMs: 22_600,
          stableMs: 22_600,
          redundantMs: 29_000,
        },
      ],
      staleness: {
        db3: {
          pairs: 11_840,
          stale: lost > 0 ? 4 : 0,
          share: lost > 0 ? 4 / 11_840 : 0,
          p50Ms: 0,
          p99Ms: 0,
          maxMs: lost > 0 ? 3.2 : 0,
          restarting: 0,
        },
      },
      coverage: { acknowledged: acked.length, refutable: acked.length - 61, share: (acked.length - 61) / acked.length },
      shares: { before: { a: 0.501, b: 0.499 }, during: { a: 0.28, b: 0.72 }, after: { a: 0.498, b: 0.502 } },
      writes: {
        acknowledged: acked.length,
        accepted: 0,
        failed: adds.length - acked.length - unknown.length,
        unknown: unknown.length,
        recovered: recovered.length,
        vanished: unknown.length - recovered.length,
      },
    },
  };
}

function tally(lines: readonly HistoryLine[], time: number): NonNullable<Tally> {
  const of = (outcome: string) => lines.filter((line) => 'outcome' in line && line.outcome === outcome).length;
  const [ok, offered] = [of('ok'), lines.length];
  const dropped = lines.filter((line) => line.op === 'dropped').length;
  return {
    offered,
    ok,
    failed: of('failed'),
    unknown: of('unknown'),
    dropped,
    accepted: 0,
    event: offered === 0 ? null : ok / offered,
    time,
  };
}

function lossFinding(taken: readonly Operation[]): Finding {
  return {
    class: 'lost',
    count: taken.length,
    breaks: true,
    message: `${taken.length} acknowledged writes are absent from db2; the promise is 0.`,
    phase: 'before',
    witnesses: taken
      .slice(0, 20)
      .map(({ id, client, start, end, site, copy, timeline }) => ({ id, client, start, end, site, copy, role: 'primary', timeline })),
  };
}

function staleFinding(taken: readonly Operation[]): Finding {
  return {
    class: 'stale',
    count: 4,
    breaks: false,
    message: '4 reads asked of a replica missed a write known before they began.',
    copy: 'db3',
    witnesses: taken.slice(0, 4).map(({ id, client, end, site }) => ({
      id,
      known: end,
      start: end + 900,
      end: end + 2100,
      found: false,
      copy: 'db3',
      role: 'replica',
      site,
      client,
    })),
  };
}
