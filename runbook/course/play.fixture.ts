import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { programsOf, type ServerPrograms } from '../../platform/postgres-versions.fixture.ts';
import { EXIT } from '../../support/errors.ts';
import { command, type Ended, type Kill } from './command.fixture.ts';
import { settingsOf, type Course } from './course.fixture.ts';
import { diceOf } from './dice.fixture.ts';
import { judged, type Finding, type Seen } from './end.fixture.ts';
import { Ledger, SITES, type Site } from './ledger.fixture.ts';
import { startLoad, takesWrites } from './load.fixture.ts';
import type { Made } from './mistake.fixture.ts';
import { changes, ownOf } from './own.fixture.ts';
import { startSites, type Sites } from './sites.fixture.ts';
import { named } from './way-on.fixture.ts';

/** What became of a course. */
export interface Played {
  findings: Finding[];
  /** commands with their ends, and what was done between them */
  log: string[];
}

interface Play extends Played, Seen {
  course: Course;
  kills: Kill[];
  made: Made[];
  latest?: Ended;
}

/** Commands that are tried at the most to come to a writer again. */
const TRIES = 6;
/** Load before the first command and after the last; ms. */
const LOAD_MS = 300;
/** For so long a site is asked for a write: sessions may be about to be ended; ms. */
const ASK_MS = 3_000;

/** Plays a course on two servers of its own, and judges it by what clients were told and what the servers hold. */
export async function play(course: Course): Promise<Played> {
  const { bin } = programsOf(course.version as ServerPrograms['version']);
  const sites = await startSites(bin, { synchronous: course.synchronous, settings: settingsOf(course) });
  const ledger = new Ledger();
  const load = startLoad(sites, ledger);
  const it: Play = { course, sites, ledger, findings: [], log: [], switching: [], lost: [], kills: [...course.kills], made: [] };
  try {
    await sleep(LOAD_MS);
    await makeMistakes(it);
    await goThere(it);
    await settle(it);
    if (course.andBack && (await takers(it)).join() === 'b') await goBack(it);
    await sleep(LOAD_MS);
    await load.stop();
    it.findings.push(...(await judged(it, await takers(it))));
    return it;
  } finally {
    await load.stop();
    await Promise.allSettled(it.made.map(async ({ undo }) => undo?.()));
    await sites.stop();
  }
}

async function makeMistakes(it: Play): Promise<void> {
  const { course, sites, ledger } = it;
  let plan = sites.plan;
  for (const [index, mistake] of course.mistakes.entries()) {
    const made = await mistake.make({ sites, ledger, dice: diceOf(course.seed + index + 1) });
    it.made.push(made);
    plan = made.plan?.(plan) ?? plan;
    if (made.lost !== undefined) it.lost.push({ site: made.lost, from: performance.now(), to: Infinity });
  }
  writeFileSync(sites.planFile, JSON.stringify(plan));
}

async function goThere(it: Play): Promise<void> {
  const { course, made } = it;
  const before = await takers(it);
  const options = [...new Set([...course.options, ...made.flatMap((one) => one.options ?? [])])];
  const args = ['promote', 'b', ...options];
  const first = await chain(it, args, made);
  if (first.code !== 0 && before.length > 0 && it.lost.length === 0 && (await takers(it)).length === 0)
    it.findings.push({ sort: 'nobody writes', what: `${last(first)}: both sites were left closed` });
  asExpected(it, first);
  await mend(it);
  const isRefused = first.code === EXIT.usage && course.mistakes.some(({ isMendable }) => isMendable === false);
  if (first.code !== 0 && !isRefused) await wayOn(it, ['promote', 'b', ...course.options]);
}

/** The command of a single mistake does what is said of it; one that was killed, or given options of its own, is not judged by it. */
function asExpected({ course, findings }: Play, first: Ended): void {
  const [mistake, ...more] = course.mistakes;
  if (more.length > 0 || course.kills.length > 0 || course.options.length > 0) return;
  const expected = mistake?.expected ?? 'done';
  const came = first.code === 0 ? 'done' : 'refused';
  if (expected !== 'either' && expected !== came) findings.push({ sort: 'unexpected', what: `expected ${expected}, came ${last(first)}` });
}

async function mend(it: Play): Promise<void> {
  for (const { undo } of it.made.toReversed()) await undo?.().catch((error: unknown) => void it.log.push(`not undone: ${String(error)}`));
  it.made = [];
  writeFileSync(it.sites.planFile, JSON.stringify(it.sites.plan));
}

/* What a person does after an error: mends, calls the same again, then what the message names. */
async function wayOn(it: Play, args: readonly string[]): Promise<void> {
  const tried = new Set<string>();
  let next: string[][] = [[...args]];
  let latest: Ended | undefined;
  for (let tries = 0; tries < TRIES && next[0] !== undefined; tries += 1) {
    const [now = [], ...rest] = next;
    latest = await chain(it, now);
    if (latest.code === 0) return;
    tried.add(now.join(' '));
    const further = named(latest.output, now, otherOf(siteOf(now)));
    next = [...further, ...rest, [...args]].filter((one) => !tried.has(one.join(' ')) || one === further[0]);
  }
  const writing = await takers(it);
  it.findings.push({
    sort: writing.length === 0 ? 'nobody writes' : 'no way on',
    what: latest === undefined ? 'nothing was tried' : last(latest),
  });
}

/* Whoever was away follows the writer at the end. */
async function settle(it: Play): Promise<void> {
  if (it.latest?.code === 0 && it.latest.output.includes('the other one follows')) return;
  const [writer] = await takers(it);
  const epochs = await Promise.all(SITES.map((site) => writerOf(it.sites, site)));
  const newest =
    epochs[0] === undefined || epochs[1] === undefined || epochs[0].epoch === epochs[1].epoch
      ? writer
      : epochs[0].epoch > epochs[1].epoch
        ? 'a'
        : 'b';
  if (newest === undefined) return;
  const ended = await chain(it, ['failback', otherOf(newest), '--as-reader']);
  if (ended.code !== 0) await wayOn(it, ['failback', otherOf(newest), '--as-reader']);
  for (const lost of it.lost) lost.to = Math.min(lost.to, performance.now());
}

async function goBack(it: Play): Promise<void> {
  it.kills = [...it.course.kills];
  const ended = await chain(it, ['failback', 'a']);
  if (ended.code !== 0) await wayOn(it, ['failback', 'a']);
}

/* A command, and again as often as it is killed. */
async function chain(it: Play, args: readonly string[], made: readonly Made[] = []): Promise<Ended> {
  const before = await own(it.sites);
  const begunAt = performance.now();
  let over: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (over = resolve));
  const beside = made.map(async ({ during }) => during?.(ended));
  let latest = await command(it.sites, args, it.kills.shift());
  it.log.push(`${args.join(' ')}: ${last(latest)}`);
  while (latest.how === 'killed') {
    const again = await command(it.sites, args, it.kills.shift());
    it.log.push(`${args.join(' ')}: ${last(again)}`);
    // it was at its end when it was killed
    const wasDone = again.how === 'ended' && again.output.includes(`site ${siteOf(args)} is the writing one already`);
    latest = wasDone ? { ...again, code: 0 } : again;
  }
  it.latest = latest;
  over();
  for (const one of await Promise.allSettled(beside)) if (one.status === 'rejected') it.log.push(`beside it: ${String(one.reason)}`);
  if (latest.how === 'hung') it.findings.push({ sort: 'hung', what: last(latest) });
  if (!args.includes('--as-reader')) it.switching.push({ target: siteOf(args), begunAt, endedAt: performance.now() });
  const after = await own(it.sites);
  for (const site of SITES)
    for (const change of changes(before[site] ?? after[site] ?? [], after[site] ?? before[site] ?? []))
      it.findings.push({ sort: 'changed', what: `site ${site}, ${change}, by ${args.join(' ')}` });
  return latest;
}

async function own({ servers }: Sites): Promise<Partial<Record<Site, string[]>>> {
  const of = async (site: Site): Promise<string[] | undefined> => ownOf(servers[site]).catch(() => undefined);
  const [a, b] = await Promise.all([of('a'), of('b')]);
  return { ...(a && { a }), ...(b && { b }) };
}

/** Sites that take a write of the platform. */
async function takers({ sites, ledger }: Play): Promise<Site[]> {
  const deadline = performance.now() + ASK_MS;
  for (;;) {
    const asked = await Promise.all(SITES.map(async (site) => ((await takesWrites(sites, ledger, site)) ? [site] : [])));
    if (asked.flat().length > 0 || performance.now() > deadline) return asked.flat();
  }
}

async function writerOf({ servers }: Sites, site: Site): Promise<{ epoch: number; writable: boolean } | undefined> {
  const rows = await servers[site].sql<{ epoch: number; writable: boolean }>('SELECT epoch, writable FROM writer').catch(() => []);
  return rows.find(({ writable }) => writable);
}

function siteOf(args: readonly string[]): Site {
  return args[1] === 'a' ? 'a' : 'b';
}

function otherOf(site: Site): Site {
  return site === 'a' ? 'b' : 'a';
}

function last({ how, code, output, begunAt, endedAt }: Ended): string {
  const words = how === 'ended' ? `exit ${code}` : how;
  return `${words} after ${Math.round(endedAt - begunAt)} ms; ${output.trim().split('\n').slice(-3).join(' / ').slice(-600)}`;
}
