import { isDeepStrictEqual } from 'node:util';
import { apiDeployment, databaseSecret, siteManifests, workerDeployment } from '../../platform/manifests.ts';
import { readinessUrl } from '../../platform/pods.ts';
import { SCHEMA_SQL, grantsSql } from '../../platform/schema.ts';
import { DATABASE_NAME, type SiteParameters } from '../../platform/site.ts';
import { withDatabase } from '../../support/database.ts';
import { limits, slow } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { platformReference } from '../../toolchain/container-images.ts';
import type { CommitLevel, HealthCheck, ReplicationMode } from '../model.ts';
import { NODE_PORT } from './balancer.ts';
import {
  clusterState,
  copiesOf,
  endpointDsn,
  platformDsn,
  storedSettings,
  storeSettings,
  superuserDsn,
  type ServiceSettings,
} from './database.ts';
import { apiReady, applyObjects, platformPods, readyNodes, wantedPods } from './site-client.ts';
import { sabotageOf } from './sabotage.ts';
import type { PlannedHost } from './shape.ts';
import { nodesOf, type Lab } from './store.ts';

/** Waits until the database service has a leader with a synchronous standby and every copy streams. */
export async function databaseInSync(
  lab: Lab,
  mode: ReplicationMode = 'strict',
  timeoutMs: number = limits.databaseReady,
): Promise<string> {
  const wanted = lab.plan.hosts.filter(({ role }) => role === 'database').length;
  return until({
    subject: 'database service',
    condition: `a leader, ${wanted - 1} streaming standbys on its timeline${mode === 'strict' ? ', one of them synchronous' : ''}`,
    timeoutMs,
    // six questions to Patroni a look: more of them would slow down what is waited for
    intervalMs: 300,
    hint: `see hosts/db*/data/log/patroni.log in ${lab.dir}`,
    probe: async () => {
      const copies = await clusterState(lab);
      const leader = copies.find(({ role }) => role === 'primary');
      const streaming = copies.filter((copy) => copy.running && copy.timeline === leader?.timeline);
      const sync = copies.some((copy) => copy.sync);
      if (leader === undefined || streaming.length < wanted || sync !== (mode === 'strict')) {
        throw new Error(
          copies
            .map(
              (copy) =>
                `${copy.name} ${copy.role}${copy.sync ? ' sync' : ''} ${copy.running ? 'running' : 'not running'} timeline ${copy.timeline}`,
            )
            .join(', '),
        );
      }
      return leader.name;
    },
  });
}

/** Waits until somebody leads the database service; who. */
function databaseLeader(lab: Lab): Promise<string> {
  return until({
    subject: 'database service',
    condition: 'a leader',
    timeoutMs: limits.databaseReady,
    intervalMs: 300,
    probe: async () => (await clusterState(lab)).find(({ role }) => role === 'primary')?.name,
  });
}

/** Stores settings of the database service; those that are not named stay. */
export async function applySettings(lab: Lab, wanted: Partial<ServiceSettings>): Promise<void> {
  const { mode = 'as before', commit = 'as before', failsafe = 'as before', archiving = 'as before' } = wanted;
  await until({
    subject: 'database service',
    condition: `replication ${mode}, commit level ${commit}, failsafe mode ${failsafe}, archiving ${archiving} stored`,
    timeoutMs: limits.databaseReady,
    intervalMs: 200,
    probe: async () => {
      const stored = await storedSettings(lab);
      const next = { ...stored, ...wanted };
      if (!isDeepStrictEqual(next, stored)) await storeSettings(lab, next);
      return true;
    },
  });
}

/** Leaves a service that came up rightly with the settings of a sabotage, where its lab has one. */
export async function leaveWrong(lab: Lab): Promise<void> {
  if (sabotageOf(lab).database?.patroni !== undefined) await storeSettings(lab, await storedSettings(lab));
}

/** Waits until every copy has taken the commit level over: a promoted one would acknowledge by its own. */
export async function commitLevelApplied(lab: Lab, wanted: CommitLevel): Promise<void> {
  const copies = lab.plan.hosts.filter(({ role }) => role === 'database').map(({ name }) => name);
  await Promise.all(
    copies.map((copy) =>
      until({
        subject: copy,
        condition: `synchronous_commit ${wanted}`,
        timeoutMs: limits.databaseReady,
        intervalMs: 200,
        probe: () =>
          withDatabase(superuserDsn(lab, copy), async (client) => {
            const { rows } = await client.query<{ level: string }>("select current_setting('synchronous_commit') as level");
            if (rows[0]?.level !== wanted) throw new Error(`it is ${rows[0]?.level}`);
            return true;
          }),
      }),
    ),
  );
}

/** Creates the platform's database, role and schema; applying it again changes nothing. */
export async function applySchema(lab: Lab, primary: string): Promise<void> {
  await withDatabase(superuserDsn(lab, primary, 'postgres'), async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE_NAME]);
    const roles = await client.query('select from pg_roles where rolname = $1', ['platform']);
    if (roles.rowCount === 0) await client.query(`create role platform login password ${client.escapeLiteral(lab.secrets.platform)}`);
    for (const [name, value] of Object.entries(sabotageOf(lab).database?.role ?? {}))
      await client.query(`alter role platform set ${name} = ${client.escapeLiteral(value)}`);
    if (rowCount === 0) await client.query(`create database ${DATABASE_NAME}`);
  });
  await withDatabase(superuserDsn(lab, primary), async (client) => {
    await client.query(SCHEMA_SQL);
    await client.query(grantsSql('platform'));
  });
}

/** Applies the platform's manifests to a site once every node is Ready: pods spread over the nodes that are there. */
export async function deployPlatform(lab: Lab, site: string): Promise<void> {
  await apiReady(lab, site);
  await nodesReady(lab, site);
  await applyObjects(lab, site, siteManifests(await parametersOf(lab, site)));
}

/** Applies the platform's Deployments, and where they find the database, as they should be now; what is stays untouched. */
export async function releasePlatform(lab: Lab, site: string): Promise<void> {
  const parameters = await parametersOf(lab, site);
  await applyObjects(lab, site, [databaseSecret(parameters), apiDeployment(parameters), workerDeployment(parameters)]);
}

/** Applies the api's Deployment with a health check of some kind; one that is as it should be stays untouched. */
export async function releaseHealthCheck(lab: Lab, site: string, check: HealthCheck): Promise<void> {
  const blind = check.kind === 'blind' ? { blindHealthCheck: true } : {};
  const flapping = check.kind === 'flapping' ? { flappingHealthCheckMs: check.everyMs } : {};
  await applyObjects(lab, site, [apiDeployment({ ...(await parametersOf(lab, site)), ...blind, ...flapping })]);
}

/** Where the load balancer asks a node for its site's health. */
export function healthCheckUrl({ address }: PlannedHost): string {
  return `http://${address}:${NODE_PORT}/api/healthcheck`;
}

async function parametersOf(lab: Lab, site: string): Promise<SiteParameters> {
  return {
    site,
    image: platformReference,
    ...(await databasesFor(lab, site)),
    nodePort: NODE_PORT,
    slow,
    ...wrongPods(lab, site),
  };
}

function wrongPods(lab: Lab, site: string): Pick<SiteParameters, 'environment' | 'onlyNode' | 'readyAfterS'> {
  const { onOneNode, ...pods } = sabotageOf(lab).pods ?? {};
  const last = lab.plan.hosts.findLast((host) => host.site === site)?.name;
  return { ...pods, ...(onOneNode && last !== undefined ? { onlyNode: last } : {}) };
}

/* The endpoints of the service outside, or the site's own database, and the other site for what that does not take. */
async function databasesFor(
  lab: Lab,
  site: string,
): Promise<Pick<SiteParameters, 'databaseRw' | 'databaseRo' | 'peers' | 'forwardWrites'>> {
  if (lab.record.shape.pattern === 'recommended') {
    const once = sabotageOf(lab).database?.addressReadOnce === true;
    const databaseRw = once ? platformDsn(lab, await databaseLeader(lab)) : endpointDsn(lab, 'readWrite', site);
    return { databaseRw, databaseRo: endpointDsn(lab, 'readOnly', site) };
  }
  const own = platformDsn(lab, copiesOf(lab).find((copy) => copy.site === site)?.name ?? '');
  const peers = lab.plan.hosts
    .filter((host) => host.role === 'node' && host.site !== site)
    .map(({ address }) => `http://${address}:${NODE_PORT}`);
  return { databaseRw: own, databaseRo: own, peers, forwardWrites: lab.record.forwardWrites === true };
}

/** Whether every node of a site is Ready and every wanted pod of the platform says so itself; the words of the API server alone may be from before a power-off, or about to change. */
export async function siteReady(lab: Lab, site: string): Promise<true> {
  const nodes = nodesOf(lab, site);
  const [ready, pods, wanted] = await Promise.all([readyNodes(lab, site), platformPods(lab, site), wantedPods(lab, site)]);
  const missing = nodes.filter((node) => !ready.includes(node.name)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`nodes not Ready: ${missing.join(', ')}`);
  const good = pods.filter((pod) => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'));
  if (wanted === 0 || good.length !== wanted || pods.length !== wanted)
    throw new Error(`${good.length} of ${wanted} pods ready, ${pods.length} there`);
  const own = good.map(({ metadata, status }) => readinessUrl(metadata?.labels?.['app'] === 'api' ? 'api' : 'worker', status?.podIP ?? ''));
  await Promise.all([...own, ...nodes.map(healthCheckUrl)].map(answersOk));
  return true;
}

/** The nodes of a site that answer the load balancer's health check well: from then on they are sent requests. */
export async function nodesAnswering(lab: Lab, site: string): Promise<PlannedHost[]> {
  const nodes = nodesOf(lab, site);
  const looks = await Promise.allSettled(nodes.map(healthCheckUrl).map(answersOk));
  return nodes.filter((_, place) => looks[place]?.status === 'fulfilled');
}

/** Waits until every node of a site reports Ready. */
export async function nodesReady(lab: Lab, site: string): Promise<void> {
  const nodes = nodesOf(lab, site);
  await until({
    subject: `site ${site}`,
    condition: `${nodes.length} nodes Ready`,
    // each look costs booting nodes CPU
    intervalMs: 120,
    timeoutMs: limits.nodesReady,
    hint: `see hosts/${site}*/data/log/kubelet.log in ${lab.dir}`,
    probe: async () => (await readyNodes(lab, site)).length === nodes.length,
  });
}

async function answersOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(limits.httpProbe), headers: { connection: 'close' } });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}
