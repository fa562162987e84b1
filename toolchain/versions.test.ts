import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { projectRoot } from '../support/paths.ts';
import { hostPackages, nodeIntegrity, versions } from './versions.ts';

const read = (...path: string[]): string => readFileSync(join(projectRoot, ...path), 'utf8');
const goModule = read('toolchain', 'go.mod');

/** Version that a go.mod requires of a module, without its "v". */
function required(module: string, text = goModule): string | undefined {
  return new RegExp(`^(?:require )?\\s*${module.replaceAll('.', '\\.')} v(\\S+)`, 'mu').exec(text)?.[1];
}

describe('the versions', () => {
  test('of what is built in Go are those that go.mod pins', () => {
    assert.equal(required('k8s.io/kubernetes'), versions.kubernetes);
    assert.equal(required('go.etcd.io/etcd/server/v3'), versions.etcd);
    assert.equal(required('go.k6.io/k6'), versions.k6);
  });

  test('of Kubernetes and its own modules are one', () => {
    const staged = [...goModule.matchAll(/^\s*(k8s\.io\/\S+) => \S+ v0\.(\S+)$/gmu)].map(([, name, version]) => [name, version]);
    assert.ok(staged.length > 20);
    assert.deepEqual(
      staged.filter(([, version]) => `1.${version}` !== versions.kubernetes),
      [],
    );
  });

  test('of k6 are one for the program and for the extension in it', () => {
    assert.equal(required('go.k6.io/k6', read('load', 'recorder', 'go.mod')), versions.k6);
  });

  test('of Node.js are one for the launcher, the lab and what the project says that it needs', () => {
    assert.equal(/^node_version=(\S+)$/mu.exec(read('holdfast'))?.[1], versions.node);
    const major = versions.node.split('.')[0];
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    assert.equal(engines.node, `>=${major}`);
    assert.match(read('holdfast'), new RegExp(`-ge ${major} \\]`, 'u'));
  });

  test('of the packages of Node.js have one hash for the launcher and the lab', () => {
    const named = [...read('holdfast').matchAll(/package=(\S+) sha512=(\S+) ;;/gu)].map(([, name, hash]) => [name, `sha512-${hash}`]);
    assert.deepEqual(Object.fromEntries(named), nodeIntegrity);
  });

  test('of PostgreSQL are one for the package and for the paths to it', () => {
    assert.deepEqual(
      hostPackages.filter((name) => /^postgresql-\d/u.test(name)),
      [`postgresql-${versions.postgresql}`],
    );
  });
});

test('the packages of a host are named once each', () => {
  assert.equal(new Set(hostPackages).size, hostPackages.length);
});
