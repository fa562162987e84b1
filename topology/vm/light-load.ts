import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';

export interface LightAnswer {
  /** ms of performance.now() at which the request was sent */
  sentAt: number;
  ok: boolean;
  /** site that served it */
  site?: string;
  what: string;
}

const PAUSE_MS = 200;
/** One page of the listing holds all of them. */
const MAX_WRITES = 1000;

/** One client that writes a change and reads it back, again and again: enough to see an outage, not to measure one. */
export class LightLoad {
  readonly answers: LightAnswer[] = [];
  readonly acknowledged: string[] = [];
  readonly #url: string;
  readonly #run: string;
  readonly #stopped = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(url: string, run: string) {
    this.#url = url;
    this.#run = run;
  }

  start(): void {
    this.#loop = this.#work();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  /** Answers to requests that were sent after a time of performance.now(). */
  since(at: number): LightAnswer[] {
    return this.answers.filter(({ sentAt }) => sentAt >= at);
  }

  /** Acknowledged writes that the service no longer has. */
  async lost(): Promise<string[]> {
    const { ok, status, body } = await this.#ask(`/api/changes?run=${this.#run}&limit=${MAX_WRITES}`);
    if (!ok) throw new Error(`expected the list of changes, came ${status}`);
    const there = new Set((body['items'] as { id: string }[]).map(({ id }) => id));
    return this.acknowledged.filter((id) => !there.has(id));
  }

  async #work(): Promise<void> {
    for (let number = 0; number < MAX_WRITES && !this.#stopped.signal.aborted; number++) {
      const id = `${this.#run}-${number}`;
      const write = await this.#answer(`POST ${id}`, '/api/changes', { id, run: this.#run });
      if (write.ok) this.acknowledged.push(id);
      const known = this.acknowledged.at(-1);
      if (known !== undefined) await this.#answer(`GET ${known}`, `/api/changes/${known}`);
      await sleep(PAUSE_MS);
    }
  }

  async #answer(what: string, path: string, change?: object): Promise<LightAnswer> {
    const sentAt = performance.now();
    const answer = await this.#ask(path, change).then(
      ({ ok, status, body }): LightAnswer => ({
        sentAt,
        ok,
        what: `${what}: ${status}`,
        ...(typeof body['site'] === 'string' ? { site: body['site'] } : {}),
      }),
      (error: unknown): LightAnswer => ({ sentAt, ok: false, what: `${what}: ${messageOf(error)}` }),
    );
    this.answers.push(answer);
    return answer;
  }

  async #ask(path: string, change?: object): Promise<{ ok: boolean; status: number; body: Record<string, unknown> }> {
    const sent =
      change === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) };
    const response = await fetch(`${this.#url}${path}`, { ...sent, signal: AbortSignal.timeout(limits.httpProbe) });
    const text = await response.text();
    // 202 says that a write is not replicated yet: no acknowledgement
    const ok = response.ok && response.status !== 202;
    return { ok, status: response.status, body: ok ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }
}
