import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { V1Deployment } from '@kubernetes/client-node';
import { apiDeployment, apiService, databaseSecret, siteManifests, workerDeployment } from './manifests.ts';

const SITE = { site: 'a', image: 'holdfast/platform:1', databaseRw: 'postgres://rw', databaseRo: 'postgres://ro' };

function environmentOf({ spec }: V1Deployment): Record<string, string | undefined> {
  return Object.fromEntries((spec?.template.spec?.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
}

describe('the manifests of a site', () => {
  it('are complete and in an order in which they can be applied', () => {
    const named = siteManifests(SITE).map(({ kind, metadata }) => `${kind} ${metadata?.name}`);
    assert.deepEqual(named, [
      'Namespace mintpress',
      'Secret database',
      'Service api',
      'PodDisruptionBudget api',
      'PodDisruptionBudget worker',
      'Deployment api',
      'Deployment worker',
    ]);
  });

  it('run pods that need neither root nor a service account nor a registry', () => {
    for (const { spec } of [apiDeployment(SITE), workerDeployment(SITE)]) {
      const pod = spec?.template.spec;
      assert.partialDeepStrictEqual(pod, {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        dnsPolicy: 'Default',
        securityContext: { runAsNonRoot: true, runAsUser: 10001 },
      });
      assert.equal(pod?.containers[0]?.imagePullPolicy, 'Never');
      assert.equal(pod?.containers[0]?.resources?.limits, undefined);
    }
  });

  it('keep the DSNs in the Secret alone, and bring new pods when they change', () => {
    assert.deepEqual(databaseSecret(SITE).stringData, { rw: 'postgres://rw', ro: 'postgres://ro' });
    assert.equal(JSON.stringify(apiDeployment(SITE)).includes('postgres://'), false);
    const templateOf = (site: typeof SITE): unknown => apiDeployment(site).spec?.template.metadata?.annotations;
    assert.notDeepEqual(templateOf(SITE), templateOf({ ...SITE, databaseRo: 'postgres://elsewhere' }));
  });

  it('follow the parameters', () => {
    const api = apiDeployment({ ...SITE, apiReplicas: 3, blindHealthCheck: true });
    assert.deepEqual([api.spec?.replicas, apiDeployment(SITE).spec?.replicas, workerDeployment(SITE).spec?.replicas], [3, 2, 1]);
    assert.equal(environmentOf(api).BLIND_HEALTHCHECK, '1');
    assert.equal(environmentOf(apiDeployment({ ...SITE, flappingHealthCheckMs: 2000 })).FLAPPING_HEALTHCHECK, '2000');
    for (const name of ['BLIND_HEALTHCHECK', 'FLAPPING_HEALTHCHECK']) assert.equal(name in environmentOf(apiDeployment(SITE)), false);
    assert.equal(environmentOf(api).HOLDFAST_SITE, 'a');
    assert.equal(apiService({ ...SITE, nodePort: 30081 }).spec?.ports?.[0]?.nodePort, 30081);
    assert.equal(apiService(SITE).spec?.ports?.[0]?.nodePort, 30080);
    const patience = (slow?: number): unknown =>
      apiDeployment({ ...SITE, ...(slow === undefined ? {} : { slow }) }).spec?.template.spec?.containers[0]?.livenessProbe?.timeoutSeconds;
    assert.deepEqual([patience(), patience(4)], [2, 8]);
  });
});
