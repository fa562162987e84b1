import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { join } from 'node:path';
import { execa } from 'execa';
import { deletePods } from '../faults/delete-pods.ts';
import { powerOff } from '../faults/power-off.ts';
import { injected, suiteLab } from '../run/lab.fixture.ts';
import { readEntries, unfinished } from '../runbook/journal.ts';
import { withDatabase } from '../support/database.ts';
import { projectRoot } from '../support/paths.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';

const name = 'pairtest';
const main = join(projectRoot, 'cli/main.ts');
/** A promotion to a site that answers takes 2 s here, a copy of everything some more. */
const RUNBOOK_MS = 60_000;
const TABLES = ['changes', 'completions', 'jobs', 'projects', 'terms'];

describe('the runbooks in a lab of the supported pattern', { concurrency: 1 }, () => {
  const lab = suiteLab(name, { nodes: 2, pattern: 'supported' });

  it('end in one writer, equal copies and its traffic, at whichever step the command was killed', async () => {
    let [writer, follower] = ['a', 'b'];
    let killedAt = 0;
    for (let step = 1; ; step++) {
      const killed = await killedAtStep(lab(), follower, step);
      if (killed) await runbook('promote', follower);
      [writer, follower] = [follower, writer];
      await settled(lab(), writer, `step${step}`);
      if (!killed) break;
      killedAt = step;
    }
    // fence, tail, detach, sequences, balancer, open and one-writer come before the other site is an equal copy again
    assert.ok(killedAt >= 7, `killed at ${killedAt} steps`);
    if (writer === 'b') await runbook('failback', 'a');
    await settled(lab(), 'a', 'back');
  });

  it('refuse what cannot be meant, and touch nothing', async () => {
    const before = await held(lab());
    for (const [args, expected] of [
      [['promote', 'a'], /site a is the writing one already, under epoch \d+: nothing to promote/],
      [['promote', 'c'], /"c"/],
      [['failback', 'c'], /"c"/],
    ] as const) {
      const { exitCode, stderr } = await command(args);
      assert.notEqual(exitCode, 0, args.join(' '));
      assert.match(stderr, expected);
    }
    assert.deepEqual(await held(lab()), before);
    await settled(lab(), 'a', 'refused');
  });

  it('refuse a site that is down, and touch nothing of the other one', async () => {
    const topology = lab();
    const before = await held(topology, ['a']);
    const away = await injected(topology, powerOff({ kind: 'site', name: 'b' }), '8s');
    const { exitCode, stderr } = await command(['promote', 'b']);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /site b/);
    assert.deepEqual(await held(topology, ['a']), before);
    await away.gone();
    await settled(topology, 'a', 'down');
  });

  it('serve on after the pod of the writing database was deleted: its successor has its volume', async () => {
    const topology = lab();
    const before = await rowsOf(topology, 'a');
    const [pod] = await topology.site('a').pods('postgres');
    await (await injected(topology, deletePods({ kind: 'site', name: 'a' }, { app: 'postgres' }))).gone();
    const [successor] = await topology.site('a').pods('postgres');
    assert.equal(successor?.name, pod?.name);
    assert.notEqual(successor?.uid, pod?.uid);
    assert.deepEqual(await rowsOf(topology, 'a'), before);
    await settled(topology, 'a', 'deleted');
  });
});

/** Runs a promotion and kills it (SIGKILL) while it is at the step of that number; false when it came to its end before. */
async function killedAtStep(topology: Topology, site: string, step: number): Promise<boolean> {
  const journal = String(topology.runbookPlan()['journal']);
  const before = readEntries(journal).length;
  const promotion = spawn(process.execPath, [main, 'promote', site, '--name', name], { stdio: 'ignore', cwd: projectRoot });
  const ended = new Promise((resolve) => promotion.once('exit', resolve));
  await until({
    subject: 'promote',
    condition: `at step ${step}`,
    timeoutMs: RUNBOOK_MS,
    intervalMs: 1,
    // the entry that says that it has begun counts as one
    probe: async () => promotion.exitCode !== null || readEntries(journal).length - before >= step,
  });
  promotion.kill('SIGKILL');
  await ended;
  return unfinished(readEntries(journal), 'done').length > 0;
}

async function command(args: readonly string[]): Promise<{ exitCode?: number | undefined; stderr: string }> {
  return execa(process.execPath, [main, ...args, '--name', name], { reject: false, cwd: projectRoot, timeout: RUNBOOK_MS });
}

async function runbook(...args: ['promote' | 'failback', string]): Promise<void> {
  const { exitCode, stderr } = await command(args);
  assert.equal(exitCode, 0, `${args.join(' ')}: ${stderr}`);
}

/** Writes through the load balancer, and sees it acknowledged by the writing site alone and then at both. */
async function settled(topology: Topology, writer: string, id: string): Promise<void> {
  const states = await topology.database.copies();
  assert.deepEqual(states.filter(({ role }) => role === 'primary').length, 1);
  // a site that serves again is back there after two good checks
  await until({
    subject: 'load balancer',
    condition: `a server of site ${writer} UP`,
    timeoutMs: limits.backendsUp,
    intervalMs: 50,
    probe: async () =>
      Object.entries(await topology.balancer.backends()).some(([server, status]) => server.startsWith(`${writer}/`) && status === 'UP'),
  });
  for (let n = 0; n < 4; n++) {
    const response = await fetch(`${topology.balancer.url}/api/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: `${id}-${n}`, run: name }),
      signal: AbortSignal.timeout(5_000),
    });
    const text = await response.text();
    assert.equal(response.status, 201, `${id}-${n}: ${text}`);
    assert.equal((JSON.parse(text) as { site: string }).site, writer, `${id}-${n}`);
  }
  let copies: string[][] = [];
  await until({
    subject: 'both sites',
    condition: 'the same rows, and no job left to do',
    timeoutMs: 10_000,
    intervalMs: 100,
    probe: async () => {
      copies = await Promise.all(topology.sites.map((site) => rowsOf(topology, site.name)));
      return new Set(copies.map((rows) => rows.join('\n'))).size === 1 && copies.flat().every((row) => !row.startsWith('jobs '));
    },
  });
  assert.ok(copies[0]?.some((row) => row.includes(`${id}-0`)));
}

/** What a site's database has, row by row. */
async function rowsOf(topology: Topology, site: string): Promise<string[]> {
  const host = topology.database.hosts.find((copy) => copy.site === site);
  return withDatabase(topology.database.dsn(host?.name ?? ''), async (client) => {
    const all: string[] = [];
    for (const table of TABLES) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t ORDER BY 1`);
      all.push(...rows.map(({ row }) => `${table} ${row}`));
    }
    return all;
  });
}

/** Everything that a refusal must not touch: who writes, who follows whom, rows, where the traffic goes, what the journal says. */
async function held(topology: Topology, sites: readonly string[] = ['a', 'b']): Promise<unknown> {
  const rows = await Promise.all(sites.map((site) => rowsOf(topology, site)));
  const writers = await Promise.all(
    topology.database.hosts
      .filter((host) => sites.includes(host.site ?? ''))
      .map((host) =>
        withDatabase(topology.database.dsn(host.name), async (client) => {
          const { rows: found } = await client.query(
            `SELECT epoch, writable, (SELECT array_agg(subname || ' ' || subenabled) FROM pg_subscription) AS subscriptions,
               (SELECT array_agg(slot_name::text) FROM pg_replication_slots) AS slots FROM writer`,
          );
          return found as unknown[];
        }),
      ),
  );
  return { rows, writers, journal: readFileSync(String(topology.runbookPlan()['journal']), 'utf8') };
}
