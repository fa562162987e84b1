import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultNamed } from '../faults/catalogue.ts';
import type { FaultSpec } from '../faults/fault.ts';
import { healAll } from '../faults/heal.ts';
import { injectFault } from '../faults/inject.ts';
import { readJournal, readable, type JournalLine } from '../faults/journal.ts';
import { leaseOf } from '../faults/lease.ts';
import { deadlineOf, plannedOffers, plannedRates, type LoadProfile } from '../load/profiles.ts';
import { DROP_RUNS_SQL } from '../platform/final-state.ts';
import {
  ACKS_WITHIN,
  RECORD_FORMAT,
  type Bounds,
  type Floors,
  type LeftOut,
  type PhaseName,
  type Run as RunFile,
  type RunbookLine,
} from '../record/format.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { RecordWriter } from '../record/writer.ts';
import { writeReport } from '../reports/index.ts';
import { bootId, microsSince, monotonicNs, sleptMs } from '../support/clock.ts';
import { withDatabase } from '../support/database.ts';
import { EXIT, HoldfastError, messageOf, UsageError } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import { takeLock } from '../support/lock.ts';
import { runsDir } from '../support/paths.ts';
import { giveToUser } from '../support/user.ts';
import type { ReferenceState, Topology } from '../topology/model.ts';
import { judge } from '../verdict/judge.ts';
import { DEFAULT_FLOORS } from '../verdict/settings.ts';
import { Draws, HIGHEST_SEED } from './draws.ts';
import { exitsOf } from './exits.ts';
import { readFinalState } from './final-state.ts';
import { startLoad, type Generator } from './generator.ts';
import { startHealer } from './healer.ts';
import { HistoryMonitor } from './monitor.ts';
import { startObserver, type Observer } from './observer.ts';
import { Owner } from './owner.ts';
import { replicasAnswer } from './replicas.ts';
import { carryOutBackup, carryOutRunbook, carryOutStatement, type RunbookOptions, type RunbookStep } from './runbooks.ts';
import { sweepOrder } from './sweep-order.ts';

/** Load runs this long at least before it counts: connections, caches and prepared statements settle. */
const WARM_UP_MS = 5_000;
/** It counts once its last second that is known was good: cold pods on cores of half the usual speed answered a fifth of the calls of five seconds. */
const WARM_MS = 1_000;
/** Fault-free stretch before the fault, and stretch without a bad slice that ends the run. */
const QUIET_MS = 5_000;
/** Share of the clients that opens a connection for each call, or leaves its own after seconds: one of twenty each, as the recorder has it. */
const SHORT_LIVED = 0.1;
/** Share of the calls before the first phase that may fail, unless a scenario says otherwise: half a second of five. Pods that were just made failed 45 of some 1,300 at worst. */
const COLD_START = 0.1;
/**
 * Time that a job may take beyond the longest outage of a scenario, unless it says otherwise: 5 s until the server ends the session of a worker that is
 * silent, and with it the locks of its shards (idle_session_timeout), a second until another one looks, and a second for the jobs that waited; ms. Of
 * 59 runs the worst took 4.6 s.
 */
const TAKEOVER_MS = 7_000;
/** The course of a scenario begins up to so much later, drawn: at one moment of the warm-up's checkpoints, pools and logs every fault would meet the same service. */
const DRAWN_MS = 4_000;
/** Beside load the injector waits this long between its own preparations and the fault: in one of 33 injections their stall of commits lasted 450 ms. */
const SETTLE_MS = 600;

export interface RunPlan {
  scenario: string;
  reference: ReferenceState;
  /** groups the runs of one command */
  session?: string;
  /** what its faults were drawn from */
  seed?: number;
  /** what it draws its load, its moments and its sites from; default: by chance */
  drawFrom?: number;
}

/** One run on a topology: from the reference state to a judged record. */
export class Run implements Disposable {
  readonly id: string;
  readonly folder: string;
  readonly #topology: Topology;
  readonly #plan: RunPlan;
  readonly #writer: RecordWriter;
  readonly #lock: Disposable;
  readonly #tag: string;
  readonly #troubles: string[] = [];
  readonly #journals: string[] = [];
  readonly #runbooks: RunbookLine[] = [];
  readonly #leftOut: LeftOut[] = [];
  /** the ends of momentary faults; a text when one was not seen */
  readonly #awaited: Promise<string | undefined>[] = [];
  readonly #phases: Partial<Record<PhaseName, { start: number; end: number }>> = {};
  readonly #owner = new Owner();
  #zeroNs = monotonicNs();
  #bounds: Bounds = {};
  #floors: Floors = {};
  #expect: string | undefined;
  #profile: LoadProfile | undefined;
  /** what the calls of the load, and everything else by chance, are drawn from */
  readonly #loadSeed: number;
  readonly #draws: Draws;
  #generator: Generator | undefined;
  #monitor: HistoryMonitor | undefined;
  /** faults that were injected and are not gone */
  #lasting = 0;
  #observer: Observer | undefined;
  #boots: Record<string, string> = {};
  #startedAt = new Date();
  #sleptAtStart = 0;

  private constructor(topology: Topology, plan: RunPlan, lock: Disposable) {
    this.#topology = topology;
    this.#plan = plan;
    this.#lock = lock;
    this.#loadSeed = plan.drawFrom ?? randomInt(HIGHEST_SEED + 1);
    this.#draws = new Draws(this.#loadSeed);
    this.#tag = randomBytes(4).readUInt32BE().toString(36);
    const stamp = this.#startedAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    this.id = `${stamp}-${slug(plan.scenario)}-${this.#tag}`;
    this.folder = join(runsDir(), this.id);
    this.#writer = new RecordWriter(this.folder);
  }

  /** Takes the topology for this run alone, heals what is left of earlier ones and brings it to the reference state. */
  static async open(topology: Topology, plan: RunPlan): Promise<Run> {
    const lock = takeLock(topology.lockFile, plan.scenario);
    try {
      await healEverything(topology);
      await Promise.all([topology.client.powerOff(), topology.observer.powerOff()]);
      await topology.reset(plan.reference);
      const primary = (await topology.database.primary()).name;
      await withDatabase(topology.database.dsn(primary), (client) => client.query(DROP_RUNS_SQL));
      return new Run(topology, plan, lock);
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  /** States what must hold; into the record before anything starts. */
  async promise(bounds: Bounds, floors: Floors = {}): Promise<void> {
    const { longestOutageMs } = bounds;
    const longestJobMs = longestOutageMs === undefined ? {} : { longestJobMs: longestOutageMs + TAKEOVER_MS };
    this.#bounds = { coldStart: COLD_START, ...longestJobMs, ...bounds };
    this.#floors = floors;
    await this.#writeRun();
  }

  /** States what a control must be flagged as. */
  async expectFinding(finding: string): Promise<void> {
    this.#expect = finding;
    await this.#writeRun();
  }

  /** Offers load while `body` runs: warm-up, a fault-free stretch, the body, and on until service is stable. */
  async load(profile: LoadProfile, body: () => Promise<void>): Promise<void> {
    this.#profile = profile;
    this.#startedAt = new Date();
    this.#zeroNs = monotonicNs();
    this.#sleptAtStart = sleptMs();
    this.#boots = this.#topology.boots();
    await this.#writeRun();
    // a healer that has to be started would sit between the call of a fault and its effect
    await startHealer(this.#topology);
    this.#observer = await startObserver(this.#topology, this.#zeroNs);
    const generator = await startLoad(this.#topology, {
      profile,
      tag: this.#tag,
      zeroNs: this.#zeroNs,
      seed: this.#loadSeed,
    });
    this.#generator = generator;
    const monitor = new HistoryMonitor(generator.history);
    this.#monitor = monitor;
    await sleep(WARM_UP_MS);
    await monitor.warm(WARM_MS, limits.coldStart, () => this.#now(), generator.ended);
    const before = this.#now();
    await sleep(QUIET_MS + this.#draws.delayMs(DRAWN_MS));
    try {
      await body();
    } catch (error) {
      this.#troubles.push(`the scenario's course: ${messageOf(error)}`);
    }
    this.#troubles.push(...(await Promise.all(this.#awaited)).flatMap((trouble) => trouble ?? []));
    await replicasAnswer(this.#topology, profile, { generator, monitor, fromUs: this.#now() });
    const stable = await monitor.stable(QUIET_MS, () => this.#now(), generator.ended);
    this.#setPhases(before, this.#now());
    await this.#writeRun();
    if (!stable && generator.ended() === undefined) this.#troubles.push('service was not stable again while the load lasted');
  }

  /** The names of the sites in an order drawn by chance, the same throughout the run. */
  drawSites(): string[] {
    return this.#draws.sites(this.#topology.sites.map(({ name }) => name));
  }

  /** Injects a fault for a time ("20s"), proves it, runs `during`, and returns when its end is proven too. A momentary fault takes no time; its end is awaited after the scenario's course, or at once with `untilGone`. */
  async inject(spec: FaultSpec, options: { for?: string; untilGone?: boolean } = {}, during?: () => Promise<void>): Promise<void> {
    const later = faultNamed(spec.fault).kind === 'momentary' && options.untilGone !== true;
    const leaseMs = leaseOf(spec.fault, options.for);
    const active = await injectFault({
      topology: this.#topology,
      spec,
      leaseMs,
      run: this.id,
      settleMs: SETTLE_MS,
      moment: (withinMs) => this.#moment(withinMs),
      startHealer: () => startHealer(this.#topology),
    }).catch((error: unknown) => {
      this.#adoptJournals();
      throw error;
    });
    this.#journals.push(active.head.id);
    this.#generator?.struck(this.#now());
    this.#lasting++;
    const gone = async (): Promise<unknown> => active.gone().finally(() => this.#lasting--);
    if (later) this.#awaited.push(outcomeOf(gone()));
    await during?.();
    if (!later) await gone();
  }

  /** Notes a fault that was planned and refused, because an earlier one had not left what it needs. */
  leaveOut(fault: Omit<LeftOut, 'at'>): void {
    this.#leftOut.push({ at: this.#now(), ...fault });
  }

  /** Carries out a runbook to a site, as an operator would. */
  async runbook(runbook: 'promote' | 'failback', site: string, options: RunbookOptions = {}): Promise<void> {
    await carryOutRunbook(this.#topology, { runbook, site, options }, (step) => this.#noteStep(step));
  }

  /** Takes a full backup of the database service, as its operator would. */
  async backup(): Promise<void> {
    if (this.#plan.reference.archive !== 'on')
      throw new UsageError("backup() needs a database whose log is archived: expected test.use({ archive: 'on' }) at the head of the file");
    this.#noteStep(await carryOutBackup(this.#topology));
  }

  /** Carries out SQL at a site's database, or at the primary of the one that there is, as a person there would; the number of its rows. */
  async statement(at: string, text: string): Promise<number> {
    const { step, rows } = await carryOutStatement(this.#topology, { at, text });
    this.#noteStep(step);
    return rows;
  }

  /** Ends load and observer, reads the final state, writes record, verdict and report. */
  async judge(): Promise<Verdict> {
    const generator = this.#generator;
    const observer = this.#observer;
    if (generator === undefined || observer === undefined) throw new HoldfastError('judge() needs a load(): nothing was recorded');
    this.#generator = undefined;
    this.#observer = undefined;
    const order = await sweepOrder(this.#topology, this.#plan.reference);
    this.#troubles.push(...(await generator.stop(order)), ...this.#owner.troubles());
    const final = await readFinalState(this.#topology, { tag: this.#tag, startedAt: this.#startedAt, writer: this.#writer }).catch(
      (error: unknown) => {
        this.#troubles.push(`final state: ${messageOf(error)}`);
        return undefined;
      },
    );
    this.#troubles.push(...(final?.troubles ?? []), ...(await observer.stop()));
    if (Math.abs(sleptMs() - this.#sleptAtStart) > 50) this.#troubles.push('the machine slept during the run: its clocks do not agree');
    this.#troubles.push(...this.#owner.troubles());
    observer.collect(this.#writer);
    const faults = [...new Set(this.#journals)].map((id) => readJournal(this.#topology.journalDir, id));
    for (const exit of exitsOf(this.#topology, { zeroNs: this.#zeroNs, bootsBefore: this.#boots, faults })) this.#writer.observe(exit);
    this.#writeFaults(faults);
    generator.collect(this.#writer.historyPath);
    await this.#writer.close();
    if (this.#runbooks.length > 0) await this.#writer.writeRunbook(this.#runbooks);
    if (existsSync(this.#writer.historyPath)) await this.#writer.compress('history');
    await this.#writer.compress('observations');
    await this.#writeRun(final === undefined ? {} : { truth: final.truth, copies: final.copies, catchUpMs: final.catchUpMs });
    const verdict = await judge(this.folder);
    this.#writer.writeVerdict(verdict);
    await writeReport(this.folder, verdict);
    giveToUser(this.folder);
    return verdict;
  }

  /** Lets go of the topology; what still runs on client and observer ends with this process. */
  [Symbol.dispose](): void {
    void this.#generator?.stop();
    void this.#observer?.stop();
    this.#lock[Symbol.dispose]();
  }

  /** Length of the judged phases; s. */
  get judgedSeconds(): number {
    return Object.values(this.#phases).reduce((sum, { start, end }) => sum + (end - start) / 1e6, 0);
  }

  /** Planned faults that were refused. */
  get leftOut(): readonly LeftOut[] {
    return this.#leftOut;
  }

  /** A fault falls where writes are acknowledged, as the verdict demands of the first one; a machine that holds commits up for a moment must not take its meaning. */
  async #moment(withinMs: number): Promise<void> {
    const least = this.#floors.acksBeforeFault ?? DEFAULT_FLOORS.acksBeforeFault;
    const offered = ((this.#profile?.perSecond.add ?? 0) * ACKS_WITHIN.random) / 1e6;
    if (this.#lasting > 0 || offered < least) return;
    await this.#monitor?.flowing(least, () => this.#now(), Math.min(withinMs, limits.flowing));
  }

  #now(): number {
    return microsSince(this.#zeroNs);
  }

  #noteStep(step: RunbookStep): void {
    this.#runbooks.push({ at: this.#now(), ...step });
  }

  /** A fault that failed half-way has a journal all the same. */
  #adoptJournals(): void {
    for (const [first] of readable(this.#topology.journalDir)) {
      if (first?.run === this.id && !this.#journals.includes(first.id)) this.#journals.push(first.id);
    }
  }

  #setPhases(start: number, end: number): void {
    const lines = this.#journals.flatMap((id) => readJournal(this.#topology.journalDir, id));
    const at = (state: string): number[] =>
      lines.filter((line) => line.state === state).map((line) => microsSince(this.#zeroNs, BigInt(line.atNs)));
    const intent = at('intent');
    const gone = at('gone');
    if (intent.length === 0) {
      this.#phases.before = { start, end };
      return;
    }
    const from = Math.min(...intent);
    const to = gone.length === 0 ? end : Math.max(...gone);
    this.#phases.before = { start, end: from };
    this.#phases.during = { start: from, end: Math.min(to, end) };
    if (to < end) this.#phases.after = { start: to, end };
  }

  #writeFaults(faults: readonly JournalLine[][]): void {
    for (const line of faults.flat().sort((a, b) => Number(BigInt(a.atNs) - BigInt(b.atNs)))) {
      this.#writer.fault({
        fault: line.fault,
        target: line.target,
        state: line.state,
        at: microsSince(this.#zeroNs, BigInt(line.atNs)),
        id: line.id,
        hosts: line.pinned.hosts,
        kind: line.kind,
        leaseEnd: microsSince(this.#zeroNs, BigInt(line.leaseEndNs)),
        evidence: line.evidence,
        ...(line.beganNs === undefined ? {} : { began: microsSince(this.#zeroNs, BigInt(line.beganNs)) }),
      });
    }
  }

  /** What the load was to offer, as run.json has it; nothing before there is one. */
  #offered(): Pick<RunFile, 'load' | 'arrivals' | 'deadlineMs'> {
    if (this.#profile === undefined) return {};
    return {
      load: plannedRates(this.#profile),
      arrivals: { process: 'random', seed: this.#loadSeed, offers: plannedOffers(this.#profile), shortLived: SHORT_LIVED },
      deadlineMs: deadlineOf(this.#profile),
    };
  }

  async #writeRun(end: Partial<RunFile> = {}): Promise<void> {
    const topology = this.#topology;
    this.#writer.writeRun({
      format: RECORD_FORMAT,
      id: this.id,
      scenario: this.#plan.scenario,
      startedAt: this.#startedAt.toISOString(),
      zero: { monotonicNs: Number(this.#zeroNs), bootId: bootId() },
      ...(this.#plan.session === undefined ? {} : { session: this.#plan.session }),
      seed: this.#plan.seed ?? this.#loadSeed,
      tag: this.#tag,
      drawn: this.#draws.drawn,
      phases: Object.entries(this.#phases).map(([name, span]) => ({ name: name as PhaseName, ...span })),
      ...this.#offered(),
      bounds: this.#bounds,
      floors: this.#floors,
      ...(this.#expect === undefined ? {} : { expect: this.#expect }),
      topology: {
        pattern: topology.pattern,
        ...(topology.sabotage === undefined ? {} : { sabotage: topology.sabotage }),
        replication: this.#plan.reference.replication,
        commit: this.#plan.reference.commit ?? 'on',
        routing: this.#plan.reference.routing,
        sites: topology.sites.map(({ name }) => name),
        nodes: topology.sites[0]?.nodes.length,
      },
      versions: await topology.versions(),
      ...(this.#leftOut.length === 0 ? {} : { leftOut: this.#leftOut }),
      troubles: this.#troubles,
      ...end,
    });
  }
}

function outcomeOf(gone: Promise<unknown>): Promise<string | undefined> {
  return gone.then(
    () => undefined,
    (error: unknown) => messageOf(error),
  );
}

async function healEverything(topology: Topology): Promise<void> {
  const healings = await healAll(topology, 'start of a run');
  const failed = healings.filter(({ healed }) => !healed);
  if (failed.length === 0) return;
  const texts = failed.map(({ fault, target, error }) => `${fault} on ${target}: ${error}`);
  throw new HoldfastError(`faults of earlier runs could not be healed: ${texts.join('; ')}`, { exitCode: EXIT.unhealed });
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
    .replace(/-$/, '');
}
