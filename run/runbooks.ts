import type { RunbookLine } from '../record/format.ts';
import { planFrom, type Plan } from '../runbook/plan.ts';
import { failback, promote, type Ending } from '../runbook/runbooks.ts';
import type { Watcher } from '../runbook/steps.ts';
import { withDatabase } from '../support/database.ts';
import { UsageError } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';

/** A step that has just ended. */
export type RunbookStep = Pick<RunbookLine, 'runbook' | 'site' | 'step' | 'tookMs' | 'found'>;

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
  return runbook === 'promote' ? promote(plan, site, { ...asked, watcher }) : failback(plan, site, { ...asked, watcher });
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

/** What a statement is carried out at where the sites share a database: whoever leads it. */
const SHARED = 'database';

/** Carries out SQL at a site's database, or at the one that the sites share ("database"), as its administrator: what a person does there, by mistake or to put it right. */
export async function carryOutStatement(topology: Topology, { site, text }: { site: string; text: string }): Promise<RunbookStep> {
  const began = performance.now();
  const copy = await copyAt(topology, site);
  const found = await withDatabase(topology.database.dsn(copy), async (client) => (await client.query(text)).rowCount);
  const tookMs = Math.round(performance.now() - began);
  return { runbook: 'statement', site, step: text, tookMs, found: { rows: found } };
}

async function copyAt({ database, pattern }: Topology, site: string): Promise<string> {
  const shared = pattern === 'recommended';
  if (shared && site === SHARED) return (await database.primary()).name;
  const own = database.hosts.find((host) => host.site === site);
  if (own !== undefined) return own.name;
  const expected = shared ? `"${SHARED}", which its sites share` : `one of ${database.hosts.map((host) => host.site).join(', ')}`;
  throw new UsageError(`statement: expected ${expected}; came "${site}", which has no database of its own`);
}
