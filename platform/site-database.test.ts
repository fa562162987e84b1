import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { V1ConfigMap, V1StatefulSet } from '@kubernetes/client-node';
import { setupJob, siteDatabaseManifests, type SiteDatabase } from './site-database.ts';

const WRITER: SiteDatabase = {
  image: 'holdfast/postgres:1',
  node: 'a2',
  folder: '/data/database',
  nodePort: 30432,
  address: '10.0.0.2',
  clients: '10.0.0.0/16',
  passwords: { postgres: 'secret-one', platform: 'secret-two', replicator: 'secret-three' },
};
const FOLLOWER: SiteDatabase = { ...WRITER, node: 'b2', address: '10.0.0.4', follows: { host: '10.0.0.2', port: 30432 }, firstEpoch: 7 };

const script = (database: SiteDatabase): string => {
  const map = siteDatabaseManifests(database).find(({ kind }) => kind === 'ConfigMap') as V1ConfigMap;
  return map.data?.['platform.sql'] ?? '';
};

describe("the manifests of a site's database", () => {
  it('are complete and in an order in which they can be applied', () => {
    const named = siteDatabaseManifests(WRITER).map(({ kind, metadata }) => `${kind} ${metadata?.name}`);
    assert.deepEqual(named, [
      'Namespace mintpress-database',
      'Secret postgres',
      'ConfigMap postgres',
      'PersistentVolume site-database',
      'PersistentVolumeClaim postgres',
      'Service postgres',
      'StatefulSet postgres',
      'Job postgres-setup',
    ]);
  });

  it('keep passwords in the Secret alone', () => {
    for (const object of siteDatabaseManifests(FOLLOWER).filter(({ kind }) => kind !== 'Secret'))
      assert.doesNotMatch(JSON.stringify(object), /secret-/, object.kind);
  });

  it('show no password on a command line, which every user of the machine may read', () => {
    for (const object of siteDatabaseManifests(FOLLOWER)) {
      const { data = {} } = object as { data?: Record<string, string> };
      for (const line of Object.values(data).flatMap((text) => text.split('\n')))
        assert.doesNotMatch(line, /psql.*-v \S*password|(?:printf|echo).*PASSWORD.*\|/u);
    }
  });

  it('pin the server to the node that has its volume, and let it shut down fast', () => {
    const volume = siteDatabaseManifests(WRITER).find(({ kind }) => kind === 'PersistentVolume');
    assert.match(JSON.stringify(volume), /"path":"\/data\/database".*"values":\["a2"\]/);
    const server = siteDatabaseManifests(WRITER).find(({ kind }) => kind === 'StatefulSet') as V1StatefulSet;
    assert.match(JSON.stringify(server.spec?.template.spec?.containers[0]?.lifecycle), /kill -INT 1/);
  });

  it('make the one that follows read-only before its guard, and subscribe it once; the writer has neither', () => {
    const follower = script(FOLLOWER);
    const fence = follower.indexOf('UPDATE writer SET writable = false');
    assert.ok(fence > 0 && fence < follower.indexOf('refuse_unless_writer()'));
    assert.match(follower, /SET epoch = 7/);
    assert.match(follower, /CREATE SUBSCRIPTION mintpress .*synchronous_commit = on/);
    assert.doesNotMatch(script(WRITER), /writable = false;|CREATE SUBSCRIPTION/);
  });

  it('end a Job that does not come to its end', () => {
    const { spec } = setupJob({ ...WRITER, slow: 2 });
    assert.equal(spec?.activeDeadlineSeconds, 360);
  });
});
