import type { RunbookLine } from '../record/format.ts';
import { planFrom, type Plan } from '../runbook/plan.ts';
import { failback, promote, type Ending } from '../runbook/runbooks.ts';
import type { Watcher } from '../runbook/steps.ts';
import { withDatabase } from '../support/database.ts';
import { UsageError } from '../support/errors.ts';
import type { Host, Topology } from '../topology/model.ts';

/** A step that has just ended. */
export type RunbookStep = Pick<RunbookLine, 'runbook' | 'site' | 'copy' | 'step' | 'tookMs' | 'found'>;

/** How a scenario asks for a runbook; what is left out is as an operator's command has it. */
export interface RunbookOptions {
  /** promote: go on though the fenced writer has writes that do not arrive */
  acceptLoss?: boolean;
  /** failback: an equal copy that follows, no more */
  asReader?: boolean;
  /** promote: whoever carries it out gets no answer of that site's database */
  cutOff?: string;
}

/** Carries a runbook out on a topology, as its command does; each step is noted as it ends. */
export async function carryOutRunbook(
  topology: Topology,
  { runbook, site, options }: { runbook: 'promote' | 'failback'; site: string; options: RunbookOptions },
  note: (step: RunbookStep) => void,
): Promise<Ending> {
  const { cutOff, ...asked } = options;
  const all = planFrom(topology.runbookPlan(), topology.companionsDir, (site) => topology.balancer.direct(site));
  const plan = cutOff === undefined ? all : withoutAnswerOf(all, cutOff, nobodyIn(topology));
  const watcher: Watcher = {
    begins: () => undefined,
    skipped: () => undefined,
    ended: ({ name }, found, tookMs) => note({ runbook, site, step: name, tookMs, found }),
  };
  // what a run loses its verdict tells; here nobody is to be asked. Who is cut off from a writer that lives takes it for lost
  const consent = { ...asked, discard: 'every', ...(cutOff === undefined ? {} : { otherIsLost: cutOff }) } as const;
  return runbook === 'promote' ? promote(plan, site, { ...consent, watcher }) : failback(plan, site, { ...consent, watcher });
}

/** An address of the topology's own network that no host has: what is sent there stays there. */
function nobodyIn({ observer }: Topology): string {
  return observer.address.replace(/\d+$/, '250');
}

function withoutAnswerOf(plan: Plan, name: string, nobody: string): Plan {
  const [first, second] = plan.sites.map((site) => {
    if (site.name !== name) return site;
    const dsn = new URL(site.dsn);
    dsn.hostname = nobody;
    return { ...site, dsn: dsn.href };
  });
  if (first === undefined || second === undefined) throw new Error('a plan has two sites');
  return { ...plan, sites: [first, second] };
}

/** Takes a full backup of the database service while it works. */
export async function carryOutBackup({ database }: Topology): Promise<RunbookStep> {
  const began = performance.now();
  const { name, bytes } = await database.backups.take();
  return { runbook: 'backup', site: 'full', step: 'backup', tookMs: Math.round(performance.now() - began), found: { name, bytes } };
}

/**
 * Carries out SQL at a database as its administrator: what a person does there, by mistake or to put it right. Where each site has one, at
 * that of a site, by its name; otherwise at the primary. Returns the number of its rows too.
 */
export async function carryOutStatement(
  topology: Topology,
  { at, text }: { at: string; text: string },
): Promise<{ step: RunbookStep; rows: number }> {
  const copy = await copyAt(topology, at);
  const began = performance.now();
  const found = await withDatabase(topology.database.dsn(copy.name), async (client) => (await client.query(text)).rowCount);
  const tookMs = Math.round(performance.now() - began);
  const where = copy.site === undefined ? { site: copy.name, copy: copy.name } : { site: copy.site };
  return { step: { runbook: 'statement', ...where, step: text, tookMs, found: { rows: found } }, rows: found ?? 0 };
}

async function copyAt({ pattern, database }: Topology, at: string): Promise<Host> {
  if (pattern === 'recommended' && at === 'primary') return database.primary();
  const copy = pattern === 'supported' ? database.hosts.find((host) => host.site === at) : undefined;
  if (copy !== undefined) return copy;
  throw new UsageError(
    `"${at}" has no database: expected ${pattern === 'recommended' ? '"primary", of the one service that there is' : 'a site'}`,
  );
}
