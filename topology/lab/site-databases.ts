import type pg from 'pg';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BatchV1Api, CoreV1Api } from '@kubernetes/client-node';
import {
  DATABASE_APP,
  DATABASE_NAMESPACE,
  DATABASE_VOLUME,
  PUBLICATION,
  SETUP_JOB,
  SUBSCRIPTION,
  siteDatabaseManifests,
  type SiteDatabase,
} from '../../platform/site-database.ts';
import { DATABASE_NAME } from '../../platform/site.ts';
import { withDatabase } from '../../support/database.ts';
import { HoldfastError } from '../../support/errors.ts';
import { limits, slow } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { postgresReference } from '../../toolchain/container-images.ts';
import type { CommitLevel, CopyState, Replication } from '../model.ts';
import { copiesOf, replicatorDsn, SITE_DATABASE_PORT, superuserDsn } from './database.ts';
import { SITE_DATABASE_DISK } from './disks.ts';
import { databasePodsInWords, deletePods, podStates } from './pods.ts';
import { abortAfter, applyObjects, siteConfig } from './site-client.ts';
import type { PlannedHost } from './shape.ts';
import { writeLab, type Lab } from './store.ts';

/** What one site's database says of itself. */
interface Own {
  writable: boolean;
  epoch: number;
  /** names of those that its commits wait for and that are connected */
  synchronous: string[];
  standbys: string;
  commit: CommitLevel;
  subscription: { enabled: boolean; working: boolean; level: 'on' | 'off'; late: number } | null;
}

const OWN = `SELECT writable, greatest(epoch, (SELECT max(epoch) FROM terms)) AS epoch,
  ARRAY(SELECT application_name FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')) AS synchronous,
  current_setting('synchronous_standby_names') AS standbys, current_setting('synchronous_commit') AS commit,
  (SELECT json_build_object('enabled', subenabled, 'level', subsynccommit,
      'working', EXISTS (SELECT FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL),
      'late', (SELECT count(*) FROM pg_subscription_rel r WHERE r.srsubid = s.oid AND r.srsubstate <> 'r'))
    FROM pg_subscription s WHERE subname = '${SUBSCRIPTION}') AS subscription
FROM writer`;

/** Applies a site's database once its node is Ready; the Job in it does the rest. */
export async function deployDatabase(lab: Lab, site: string): Promise<void> {
  for (const object of siteDatabaseManifests(parametersOf(lab, site))) {
    await applyObjects(lab, site, [object]);
    await volumeFollows(lab, site, object.kind);
  }
}

/*
 * What is applied before Kubernetes has taken in what it stands on is looked at again later only: a claim without its volume after 15 s, a pod
 * without its claim after 1 s. That pod even after five minutes, when the scheduler's queue heard of the binding before what answers for volumes
 * did: these are two caches (VolumeBinding in kube-scheduler 1.34 asks the second, and only the first wakes pods up).
 */
async function volumeFollows(lab: Lab, site: string, kind: string | undefined): Promise<void> {
  if (kind !== 'PersistentVolume' && kind !== 'PersistentVolumeClaim') return;
  const core = siteConfig(lab, site).makeApiClient(CoreV1Api);
  await until({
    subject: `site ${site}`,
    condition: kind === 'PersistentVolume' ? `volume ${DATABASE_VOLUME} available` : `claim ${DATABASE_APP} bound`,
    timeoutMs: limits.databaseReady,
    hint: () => databasePodsInWords(lab, site),
    probe: async () => {
      const { status } =
        kind === 'PersistentVolume'
          ? await core.readPersistentVolume({ name: DATABASE_VOLUME }, abortAfter(limits.httpProbe))
          : await core.readNamespacedPersistentVolumeClaim(
              { name: DATABASE_APP, namespace: DATABASE_NAMESPACE },
              abortAfter(limits.httpProbe),
            );
      if (status?.phase === 'Bound' || (kind === 'PersistentVolume' && status?.phase === 'Available')) return true;
      throw new Error(`it is ${status?.phase}`);
    },
  });
}

/** State of both copies: who writes, and whether the other one follows it. */
export async function pairState(lab: Lab): Promise<CopyState[]> {
  const copies = copiesOf(lab);
  const looks = await Promise.all(copies.map((copy) => look(lab, copy).catch(() => undefined)));
  const writers = looks.filter((own) => own?.writable === true);
  const epoch = Math.max(0, ...looks.map((own) => own?.epoch ?? 0));
  return copies.map(({ name }, index): CopyState => {
    const own = looks[index];
    const leads = own?.writable === true && own.epoch === epoch;
    const follows = own?.subscription?.working === true && own.subscription.late === 0;
    return {
      name,
      role: leads ? 'primary' : 'replica',
      running: leads || (own !== undefined && !own.writable && follows),
      sync: !leads && writers.some((writer) => writer?.synchronous.includes(SUBSCRIPTION)),
      timeline: leads || follows ? epoch : (own?.epoch ?? 0),
      lagBytes: 0,
    };
  });
}

/** Waits until the site that is first writes, the other one follows it, and commits wait as asked. */
export async function pairFollows(
  lab: Lab,
  { mode }: Pick<Replication, 'mode'>,
  timeoutMs: number = limits.databaseReady,
): Promise<string> {
  const [first] = copiesOf(lab);
  return until({
    subject: 'databases of the sites',
    condition: `${first?.name} writing, the other one following it${mode === 'strict' ? ' synchronously' : ''}`,
    timeoutMs,
    intervalMs: 100,
    hint: `see hosts/*/data/pod-logs in ${lab.dir}`,
    probe: async () => {
      const copies = await pairState(lab);
      const inOrder = copies.every(({ name, role, running }) => running && (role === 'primary') === (name === first?.name));
      const sync = copies.some((copy) => copy.sync);
      if (!inOrder || sync !== (mode === 'strict')) throw new Error(copies.map(inWords).join(', '));
      return first?.name ?? '';
    },
  });
}

/** How the writing site's commits wait. */
export async function pairReplication(lab: Lab): Promise<Replication> {
  const looks = await Promise.all(copiesOf(lab).map((copy) => look(lab, copy).catch(() => undefined)));
  const writer = looks.find((own) => own?.writable === true);
  if (writer === undefined) throw new HoldfastError('no site takes writes now: expected one, to say how it replicates');
  const level = looks.find((own) => own?.subscription?.level !== undefined)?.subscription?.level;
  return { mode: writer.standbys === '' ? 'async' : 'strict', commit: writer.commit, ...(level === undefined ? {} : { follower: level }) };
}

/** Sets how commits of the first site wait for the second: for nothing, or for what it has confirmed. */
export async function applyPairReplication(lab: Lab, replication: Replication): Promise<void> {
  const { mode, commit, follower = mode === 'strict' ? 'on' : 'off' } = replication;
  const [writer, reader] = copiesOf(lab) as [PlannedHost, PlannedHost];
  lab.record.replication = replication;
  writeLab(lab.record);
  await inDatabase(lab, reader, async (client) => {
    await client.query(`ALTER SUBSCRIPTION ${SUBSCRIPTION} SET (synchronous_commit = ${follower})`);
  });
  for (const copy of [writer, reader])
    await inDatabase(lab, copy, (client) => client.query(`ALTER SYSTEM SET synchronous_commit = ${commit}`));
  await inDatabase(lab, reader, (client) => client.query('SELECT pg_reload_conf()'));
  await inDatabase(lab, writer, async (client) => {
    await client.query(`ALTER SYSTEM SET synchronous_standby_names = '${mode === 'strict' ? SUBSCRIPTION : ''}'`);
    await client.query('SELECT pg_reload_conf()');
  });
}

/** Whether one of the sites writes and the other one follows, whichever. */
export async function isPairWhole(lab: Lab): Promise<boolean> {
  const copies = await pairState(lab);
  return copies.every(({ running }) => running) && copies.filter(({ role }) => role === 'primary').length === 1;
}

/** Brings both databases to the reference state: as they are where that will do, made anew where a promotion or a fault has left them otherwise. */
export async function restorePair(lab: Lab, replication: Replication): Promise<void> {
  await Promise.all(copiesOf(lab).map((copy) => withoutBackoff(lab, copy)));
  if (!(await isPristine(lab))) await remake(lab);
  await subscribed(lab);
  await applyPairReplication(lab, replication);
  await pairFollows(lab, replication, limits.reset);
}

/** Waits until the Jobs of a new lab, or of one whose databases were made anew, have brought the subscription. */
export async function subscribed(lab: Lab): Promise<void> {
  const [, reader] = copiesOf(lab) as [PlannedHost, PlannedHost];
  await until({
    subject: reader.name,
    condition: 'its subscription made, and every table following',
    timeoutMs: limits.databaseReady,
    intervalMs: 100,
    // its Job waits for the publication of the other site: either may be what hangs
    hint: async () => (await Promise.all(copiesOf(lab).map(({ site = '' }) => databasePodsInWords(lab, site)))).join('; '),
    probe: async () => {
      const { subscription } = await look(lab, reader);
      if (subscription === null || subscription.late > 0 || !subscription.working)
        throw new Error(
          subscription === null
            ? 'no subscription'
            : `${subscription.late} tables are late, worker ${subscription.working ? 'at work' : 'not at work'}`,
        );
      return true;
    },
  });
}

/*
 * A container that was started again is started the next time after 10 s only (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy).
 * What one run did to a database would so lengthen an outage of the next: its pod is replaced.
 */
async function withoutBackoff(lab: Lab, { name, site = '' }: PlannedHost): Promise<void> {
  const restarted = (await podStates(lab, site, DATABASE_APP)).filter((pod) => !pod.ending && pod.restarts > 0);
  if (restarted.length === 0) return;
  await deletePods(lab, site, { app: DATABASE_APP, names: restarted.map((pod) => pod.name) });
  await until({
    subject: name,
    condition: 'its database answering in a pod that was never restarted',
    timeoutMs: limits.databaseReady,
    intervalMs: 200,
    hint: `see the pod in namespace ${DATABASE_NAMESPACE} of site ${site}`,
    probe: async () => {
      const pods = await podStates(lab, site, DATABASE_APP);
      if (pods.some((pod) => pod.ending || pod.restarts > 0)) return false;
      return withDatabase(superuserDsn(lab, name, 'postgres'), async () => true, { connectMs: limits.httpProbe });
    },
  });
}

/* Both in their first epoch, the second follows the first, is at work, and they have the same number of rows. */
async function isPristine(lab: Lab): Promise<boolean> {
  const copies = copiesOf(lab) as [PlannedHost, PlannedHost];
  const [writer, reader] = await Promise.all(copies.map((copy) => look(lab, copy).catch(() => undefined)));
  if (writer?.writable !== true || writer.epoch !== (lab.record.firstEpoch ?? 1) || writer.subscription !== null) return false;
  if (reader?.writable !== false || reader.subscription?.enabled !== true || reader.subscription.late > 0) return false;
  const count = (copy: PlannedHost): Promise<string> =>
    inDatabase(lab, copy, async (client) => {
      const { rows } = await client.query<{ rows: string }>(
        `SELECT concat_ws(' ', (SELECT count(*) FROM changes), (SELECT count(*) FROM jobs), (SELECT count(*) FROM completions), (SELECT count(*) FROM projects)) AS rows`,
      );
      return rows[0]?.rows ?? '';
    });
  try {
    await until({
      subject: 'databases of the sites',
      condition: 'the second at work, and as many rows at one as at the other',
      timeoutMs: limits.httpProbe,
      intervalMs: 100,
      // a subscription whose slot is gone is started once a second, and never at work for longer than a moment
      probe: async () =>
        (await look(lab, copies[1])).subscription?.working === true && new Set(await Promise.all(copies.map(count))).size === 1,
    });
    return true;
  } catch {
    return false;
  }
}

/** What a runbook has to know of this lab's sites, in the words of its plan. */
export function pairPlan(lab: Lab): Record<string, unknown> {
  const sites = copiesOf(lab).map(
    ({ site = '', name }) => [site, { dsn: superuserDsn(lab, name), replicationDsn: replicatorDsn(lab, name) }] as const,
  );
  return {
    sites: Object.fromEntries(sites),
    role: 'platform',
    publication: PUBLICATION,
    subscription: SUBSCRIPTION,
    synchronous: lab.record.replication?.mode === 'strict',
    journal: join(lab.dir, 'runbook.jsonl'),
    kept: join(lab.dir, 'kept'),
  };
}

/** Drops both databases and lets the Jobs make them again. */
async function remake(lab: Lab): Promise<void> {
  // what a runbook had begun there is over with the databases
  rmSync(join(lab.dir, 'runbook.jsonl'), { force: true });
  lab.record.firstEpoch = 1 + Math.max(lab.record.firstEpoch ?? 1, ...(await epochs(lab)));
  writeLab(lab.record);
  await Promise.all(copiesOf(lab).map((copy) => dropDatabase(lab, copy)));
  await Promise.all(copiesOf(lab).map((copy) => repeatSetup(lab, copy.site as string)));
}

async function epochs(lab: Lab): Promise<number[]> {
  const looks = await Promise.all(copiesOf(lab).map((copy) => look(lab, copy).catch(() => undefined)));
  return looks.map((own) => own?.epoch ?? 0);
}

async function dropDatabase(lab: Lab, copy: PlannedHost): Promise<void> {
  await until({
    subject: copy.name,
    condition: 'without subscription, slot and database',
    timeoutMs: limits.databaseReady,
    intervalMs: 200,
    probe: () =>
      withDatabase(superuserDsn(lab, copy.name, 'postgres'), async (client) => {
        await client.query(`ALTER SYSTEM RESET synchronous_standby_names`);
        await client.query('SELECT pg_reload_conf()');
        const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE_NAME]);
        if (rowCount === 0) return true;
        await inDatabase(lab, copy, dropSubscription);
        await client.query('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active_pid IS NOT NULL');
        await client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
        await client.query(`DROP DATABASE ${DATABASE_NAME} WITH (FORCE)`);
        return true;
      }),
  });
}

async function dropSubscription(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_subscription WHERE subname = $1', [SUBSCRIPTION]);
  if (rowCount === 0) return;
  await client.query(`ALTER SUBSCRIPTION ${SUBSCRIPTION} DISABLE`);
  await client.query(`ALTER SUBSCRIPTION ${SUBSCRIPTION} SET (slot_name = NONE)`);
  await client.query(`DROP SUBSCRIPTION ${SUBSCRIPTION}`);
}

async function repeatSetup(lab: Lab, site: string): Promise<void> {
  const batch = siteConfig(lab, site).makeApiClient(BatchV1Api);
  const job = { name: SETUP_JOB, namespace: DATABASE_NAMESPACE };
  await batch
    .deleteNamespacedJob({ ...job, propagationPolicy: 'Background', gracePeriodSeconds: 0 }, abortAfter(limits.httpProbe))
    .catch((error: unknown) => {
      if ((error as { code?: number }).code !== 404) throw error;
    });
  await until({
    subject: `site ${site}`,
    condition: `Job ${SETUP_JOB} gone`,
    timeoutMs: limits.databaseReady,
    intervalMs: 50,
    probe: async () =>
      batch.readNamespacedJob(job, abortAfter(limits.httpProbe)).then(
        () => false,
        (error: unknown) => (error as { code?: number }).code === 404,
      ),
  });
  await deployDatabase(lab, site);
}

async function look(lab: Lab, copy: PlannedHost): Promise<Own> {
  return inDatabase(
    lab,
    copy,
    async (client) => {
      const { rows } = await client.query<Own>(OWN);
      const [own] = rows;
      if (own === undefined) throw new HoldfastError(`${copy.name}: expected its row of table writer, came none`);
      return own;
    },
    limits.httpProbe,
  );
}

function inDatabase<T>(
  lab: Lab,
  copy: PlannedHost,
  use: (client: pg.Client) => Promise<T>,
  connectMs: number = limits.databaseConnect,
): Promise<T> {
  return withDatabase(superuserDsn(lab, copy.name), use, { connectMs });
}

function parametersOf(lab: Lab, site: string): SiteDatabase {
  const copies = copiesOf(lab);
  const own = copies.find((copy) => copy.site === site);
  const [writer] = copies;
  if (own === undefined || writer === undefined) throw new Error(`no node of site ${site} holds a database`);
  const { superuser, platform, replication } = lab.secrets;
  return {
    image: postgresReference,
    node: own.name,
    folder: SITE_DATABASE_DISK,
    nodePort: SITE_DATABASE_PORT,
    address: own.address,
    clients: lab.plan.range,
    passwords: { postgres: superuser, platform, replicator: replication },
    firstEpoch: lab.record.firstEpoch ?? 1,
    ...(own === writer ? {} : { follows: { host: writer.address, port: SITE_DATABASE_PORT } }),
    slow,
  };
}

function inWords({ name, role, running, sync }: CopyState): string {
  return `${name} ${role === 'primary' ? 'writes' : running ? `follows${sync ? ' synchronously' : ''}` : 'does not follow'}`;
}
