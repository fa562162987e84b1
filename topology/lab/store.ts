import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../support/errors.ts';
import { readJson, readWholeJson, writeAtomic } from '../../support/files.ts';
import { takeLock } from '../../support/lock.ts';
import { stateDir } from '../../support/paths.ts';
import { invokingUser } from '../../support/user.ts';
import type { NodeTimings, Replication } from '../model.ts';
import { foreignBases, refuseForeign, registeredOwner, takeName } from './registry.ts';
import { labBlocks, planLab, type LabPlan, type LabShape, type PlannedHost } from './shape.ts';

/** What is on disk of a lab. */
export interface LabRecord {
  name: string;
  /** user id of its owner */
  owner: number;
  shape: LabShape;
  base: string;
  createdAt: string;
  /** how soon a silent node is given up; absent: as Kubernetes comes */
  nodeTimings?: NodeTimings;
  /** supported pattern: writes at the site that follows go on to the other one */
  forwardWrites?: boolean;
  /** supported pattern: epoch of the first writer since the databases were made */
  firstEpoch?: number;
  /** supported pattern: how commits were last made to wait */
  replication?: Replication;
  /** the only site that the load balancer sends requests to, since a runbook asked for it */
  directed?: string;
}

export interface LabSecrets {
  admin: string;
  controllerManager: string;
  scheduler: string;
  proxy: string;
  kubelets: Record<string, string>;
  superuser: string;
  /** for what changes a copy through Patroni's API */
  patroni: string;
  replication: string;
  platform: string;
  observer: string;
}

export interface Lab {
  record: LabRecord;
  plan: LabPlan;
  dir: string;
  secrets: LabSecrets;
}

/** The lab of that name, or undefined; a UsageError when it belongs to another user, or one of another state folder is up under it. */
export function findLab(name: string): Lab | undefined {
  checkName(name);
  refuseForeign(name);
  const dir = labDir(name);
  const file = join(dir, 'lab.json');
  const record = readWholeJson<LabRecord>(file);
  if (record === undefined) {
    if (!existsSync(file)) return undefined;
    throw new UsageError(`lab "${name}": ${file} cannot be read: run "holdfast down --name ${name}" and start again`);
  }
  refuseOtherUser(name, record.owner);
  const secrets = readJson<LabSecrets>(join(dir, 'secrets.json'));
  if (secrets === undefined)
    throw new UsageError(`lab "${name}" has no secrets.json in ${dir}: run "holdfast down --name ${name}" and start again`);
  if ((secrets as Partial<LabSecrets>).patroni === undefined)
    throw new UsageError(
      `lab "${name}" was made by an earlier version, which asked for no credentials: run "holdfast down --name ${name}" and start again`,
    );
  return { record, plan: planLab(record.shape, record.base), dir, secrets };
}

/** Makes the record of a new lab: a free block of addresses, an owner, random secrets. */
export function createLab(name: string, shape: LabShape): Lab {
  checkName(name);
  using _lock = takeLock(join(stateDir(), 'labs.lock'), 'creating a lab');
  const taken = new Set([...allLabs().map((lab) => lab.base), ...foreignBases()]);
  const base = labBlocks().find((block) => !taken.has(block));
  if (base === undefined)
    throw new UsageError('all 32 address blocks of 198.18.0.0/15 are taken by labs: stop one with "holdfast down --name …"');
  const record: LabRecord = { name, owner: invokingUser().uid, shape, base, createdAt: new Date().toISOString() };
  const plan = planLab(shape, base);
  takeName(record);
  const dir = labDir(name);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  const secrets = newSecrets(plan);
  writeAtomic(join(dir, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
  writeLab(record);
  return { record, plan, dir, secrets };
}

/** Stores a changed record (routing policy). */
export function writeLab(record: LabRecord): void {
  writeAtomic(join(labDir(record.name), 'lab.json'), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Names of a lab's sites. */
export function sitesOf(lab: Lab): string[] {
  return Object.keys(lab.plan.serviceRange);
}

/** The nodes of a site, or of all sites. */
export function nodesOf(lab: Lab, site?: string): PlannedHost[] {
  return lab.plan.hosts.filter((host) => host.role === 'node' && (site === undefined || host.site === site));
}

/** The plan's entry of a host. */
export function plannedHost(lab: Lab, name: string): PlannedHost {
  const planned = lab.plan.hosts.find((host) => host.name === name);
  if (planned === undefined) throw new UsageError(`unknown host "${name}" in lab ${lab.record.name}`);
  return planned;
}

/** Records of every user's labs in this state folder; one that cannot be read is left out. */
export function allLabs(): LabRecord[] {
  return labNames().flatMap((name) => readWholeJson<LabRecord>(join(labDir(name), 'lab.json')) ?? []);
}

/** Names of the labs whose record cannot be read. */
export function unreadableLabs(): string[] {
  return labNames().filter((name) => {
    const file = join(labDir(name), 'lab.json');
    return existsSync(file) && readWholeJson(file) === undefined;
  });
}

/** Refuses to end a lab of another user or of another state folder; one whose owner nobody knows any more is root's. */
export function refuseToEnd(name: string): void {
  checkName(name);
  refuseForeign(name);
  const record = readWholeJson<LabRecord>(join(labDir(name), 'lab.json'));
  if (existsSync(labDir(name))) refuseOtherUser(name, record?.owner ?? registeredOwner(name) ?? statSync(labDir(name)).uid);
}

function refuseOtherUser(name: string, owner: number): void {
  const { uid } = invokingUser();
  if (owner !== uid) throw new UsageError(`lab "${name}" belongs to user ${owner}, not to ${uid}: choose another --name`);
}

function labNames(): string[] {
  const folder = join(stateDir(), 'labs');
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

export function labDir(name: string): string {
  return join(stateDir(), 'labs', name);
}

function checkName(name: string): void {
  if (!/^[a-z][a-z0-9]{0,9}$/.test(name)) {
    throw new UsageError(
      `lab name "${name}": expected a lower-case letter and up to nine more letters or digits (it becomes part of interface names)`,
    );
  }
}

function newSecrets(plan: LabPlan): LabSecrets {
  const secret = (): string => randomBytes(18).toString('base64url');
  const nodes = plan.hosts.filter((host) => host.role === 'node');
  return {
    admin: secret(),
    controllerManager: secret(),
    scheduler: secret(),
    proxy: secret(),
    kubelets: Object.fromEntries(nodes.map((host) => [host.name, secret()])),
    superuser: secret(),
    patroni: secret(),
    replication: secret(),
    platform: secret(),
    observer: secret(),
  };
}
