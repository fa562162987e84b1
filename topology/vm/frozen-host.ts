import assert from 'node:assert/strict';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { NODE_PORT } from '../lab/balancer.ts';
import type { Topology } from '../model.ts';

/** Freezes a node for a moment and asks its pod, before, during and after. */
export async function frozenHostIsSilent(topology: Topology): Promise<void> {
  const [host] = topology.site('b').nodes;
  if (host === undefined) throw new Error('expected a node of site b');
  const url = `http://${host.address}:${NODE_PORT}/api/healthcheck`;
  const answers = async (timeoutMs: number): Promise<boolean> =>
    fetch(url, { signal: AbortSignal.timeout(timeoutMs), headers: { connection: 'close' } }).then(
      (response) => response.ok,
      () => false,
    );
  assert.ok(await answers(limits.httpProbe), `expected an answer of ${url} before the freeze`);
  await host.freeze();
  try {
    assert.equal(await host.state(), 'frozen');
    assert.equal(await answers(3_000), false, `expected no answer of ${url} while frozen`);
  } finally {
    await host.thaw();
  }
  await until({
    subject: host.name,
    condition: 'answering again after the thaw',
    timeoutMs: limits.serviceBack,
    intervalMs: 200,
    probe: () => answers(limits.httpProbe),
  });
}
