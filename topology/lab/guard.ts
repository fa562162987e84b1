import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { writeAtomic } from '../../support/files.ts';
import { nft, runnerLink } from './network.ts';
import { labDir, type Lab } from './store.ts';

/*
 * The guard is the machine's one table of a lab: it keeps users other than its owner, and what the machine forwards, off the lab's link. Whoever
 * loads the machine's firewall anew takes it away, so it is looked for whenever something begins.
 */

/** Makes the guard of a lab, in place of what is there, and keeps what the packet filter then says of it. */
export async function setGuard(lab: Lab): Promise<void> {
  const table = tableOf(lab.record.name);
  const link = runnerLink(lab.record.name);
  const owners = [...new Set([0, lab.record.owner])].join(', ');
  await nft(
    undefined,
    `table inet ${table} {}
delete table inet ${table}
table inet ${table} {
  chain output {
    type filter hook output priority 0; policy accept;
    oifname "${link}" meta skuid != { ${owners} } reject
  }
  # what the machine forwards (its containers, its neighbours) has no user to ask
  chain forward {
    type filter hook forward priority 0; policy accept;
    oifname "${link}" drop
  }
}`,
  );
  writeAtomic(fileOf(lab.record.name), (await said(lab.record.name)) ?? '');
}

/** What of a lab's guard is not as it was made; undefined where it is whole. */
export async function guardLack(name: string): Promise<string | undefined> {
  const now = await said(name);
  const made = existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8') : undefined;
  if (now !== undefined && now === made) return undefined;
  const came = now === undefined ? 'is gone' : 'was changed';
  return `the table ${tableOf(name)} that keeps other users of this machine out of lab "${name}" ${came}: was its firewall loaded anew?`;
}

/** Makes the guard anew where it is not whole, and says so: other users could reach the lab meanwhile. */
export async function restoreGuard(lab: Lab): Promise<void> {
  const lack = await guardLack(lab.record.name);
  if (lack === undefined) return;
  await setGuard(lab);
  console.error(`holdfast: ${lack} It is there again`);
}

/** Takes the guard of a lab away. */
export async function removeGuard(lab: string): Promise<void> {
  await execa('nft', ['delete', 'table', 'inet', tableOf(lab)], { reject: false });
}

/** What the packet filter says of the guard, without counters; undefined where there is none. */
async function said(lab: string): Promise<string | undefined> {
  const { failed, stdout } = await execa('nft', ['-s', 'list', 'table', 'inet', tableOf(lab)], { reject: false, cwd: '/' });
  return failed ? undefined : stdout;
}

function tableOf(lab: string): string {
  return `holdfast_${lab}`;
}

function fileOf(lab: string): string {
  return join(labDir(lab), 'guard.nft');
}
