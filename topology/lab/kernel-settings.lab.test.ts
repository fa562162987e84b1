import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stateDir } from '../../support/paths.ts';
import { hostImage } from '../../toolchain/host-image.ts';
import { nodeBinary } from '../../toolchain/node.ts';
import { PATTERNS } from '../model.ts';
import { tearDown } from './down.ts';
import { machineOf } from './hosts.ts';
import { imageStore } from './image-store.ts';
import { changesSince, kernelSettings } from './kernel-settings.fixture.ts';
import { kubeletDemands } from './kubernetes.ts';
import { runIn } from './machine.ts';
import type { Lab } from './store.ts';
import { bringUp } from './up.ts';

const name = 'settings';
const silent = (): void => undefined;

describe('the kernel settings of the machine', { concurrency: 1 }, () => {
  let clean: Record<string, string>;
  let lab: Lab;

  before(async () => {
    await tearDown(name);
    const { 'kernel/panic': panic } = kernelSettings();
    // a machine that has what a kubelet demands would not show whether one sets it
    if (Number(panic) === kubeletDemands['kernel/panic']) {
      after(() => writeFileSync('/proc/sys/kernel/panic', panic ?? ''));
      writeFileSync('/proc/sys/kernel/panic', String(Number(panic) + 1));
    }
    clean = kernelSettings();
  });
  after(() => tearDown(name));

  it('are seen by the test: hundreds, those that a kubelet wants changed among them', () => {
    assert.ok(Object.keys(clean).length > 500, String(Object.keys(clean).length));
    for (const setting of ['kernel/panic', 'kernel/panic_on_oops', 'vm/overcommit_memory', 'net/ipv4/ip_forward'])
      assert.match(clean[setting] ?? '', /^\d+$/u, setting);
    assert.notEqual(Number(clean['kernel/panic']), kubeletDemands['kernel/panic']);
  });

  for (const pattern of PATTERNS) {
    it(`are as before while a lab of the ${pattern} pattern is up, and after it`, async () => {
      lab = (await bringUp({ name, shape: { pattern, nodes: 1 } }, silent)).lab;
      assert.deepEqual(changesSince(clean), []);
      if (pattern === 'supported') return;
      await tearDown(name);
      assert.deepEqual(changesSince(clean), []);
    });
  }

  it('are not for its hosts to change, but those of their own network are', async () => {
    for (const host of lab.plan.hosts) {
      const { stdout, network } = await attempts(lab, host.name);
      assert.equal(stdout, 'refused refused refused refused refused', host.name);
      assert.equal(network, '1', host.name);
    }
    await tearDown(name);
    assert.deepEqual(changesSince(clean), []);
  });

  it('are as before once images are made', async () => {
    const folder = mkdtempSync(join(stateDir(), 'settings-'));
    const was = process.env.HOLDFAST_STATE;
    try {
      const from = { hostRoot: await hostImage(silent), node: await nodeBinary(silent) };
      process.env.HOLDFAST_STATE = folder;
      mkdirSync(join(folder, 'images'), { recursive: true });
      await imageStore(from, silent);
    } finally {
      if (was === undefined) delete process.env.HOLDFAST_STATE;
      else process.env.HOLDFAST_STATE = was;
      rmSync(folder, { recursive: true, force: true });
    }
    assert.deepEqual(changesSince(clean), []);
  });
});

/** What comes of a host's attempts at settings of the whole machine, writing what is there already, and at one of its own network. */
async function attempts(lab: Lab, host: string): Promise<{ stdout: string; network: string }> {
  const machine = machineOf(lab, lab.plan.hosts.find((planned) => planned.name === host) as Lab['plan']['hosts'][number]);
  const files = ['kernel/sysrq', 'kernel/printk', 'kernel/core_pattern', 'vm/swappiness', 'fs/file-max'].map((file) => `/proc/sys/${file}`);
  const write = (file: string): string => `if (cat ${file} > ${file}) 2>/dev/null; then echo written; else echo refused; fi`;
  const own = '/proc/sys/net/ipv4/ip_forward';
  return {
    stdout: (await runIn(machine, ['sh', '-c', files.map(write).join('\n')])).split('\n').join(' '),
    network: await runIn(machine, ['sh', '-ec', `echo 0 > ${own}; echo 1 > ${own}; cat ${own}`]),
  };
}
