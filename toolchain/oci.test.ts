import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { command } from '../support/processes.ts';
import { writeImage, type ImageRecipe } from './oci.ts';

interface Blob {
  mediaType: string;
  digest: string;
  size: number;
}

interface Manifest {
  schemaVersion: number;
  config: Blob;
  layers: Blob[];
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-oci-'));
after(() => rmSync(folder, { recursive: true }));

/** A root file system of a program, a link and an empty folder. */
function makeRoot(name: string, when: number): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'tmp'));
  writeFileSync(join(root, 'bin', 'pause'), '#!/bin/sh\nexec sleep infinity\n', { mode: 0o755 });
  symlinkSync('pause', join(root, 'bin', 'wait'));
  utimesSync(join(root, 'bin', 'pause'), when, when);
  return root;
}

const recipe = (root: string): ImageRecipe => ({
  reference: 'docker.io/holdfast/pause:1',
  root,
  command: ['/bin/pause'],
  user: '65535',
  env: ['A=1'],
});

describe('an image', { skip: process.platform !== 'linux' && 'images are made with GNU tar' }, () => {
  const layout = join(folder, 'layout');
  const json = <T>(...path: string[]): T => JSON.parse(readFileSync(join(layout, ...path), 'utf8')) as T;
  const blob = ({ digest }: Blob): string => join(layout, 'blobs', digest.replace(':', '/'));
  const index = (): { manifests: (Blob & { annotations: Record<string, string> })[] } => json('index.json');
  const manifest = (): Manifest => JSON.parse(readFileSync(blob(index().manifests[0] as Blob), 'utf8')) as Manifest;

  before(async () => {
    await writeImage(recipe(makeRoot('root', 1_700_000_000)), join(folder, 'image.tar'));
    mkdirSync(layout);
    await command('tar', ['-xf', join(folder, 'image.tar'), '-C', layout]);
  });

  test('is an OCI layout with one manifest, under the name that containerd takes it by', () => {
    assert.deepEqual(readdirSync(layout).sort(), ['blobs', 'index.json', 'oci-layout']);
    assert.deepEqual(json('oci-layout'), { imageLayoutVersion: '1.0.0' });
    const { manifests } = index();
    assert.equal(manifests.length, 1);
    assert.deepEqual(manifests[0]?.annotations, { 'io.containerd.image.name': 'docker.io/holdfast/pause:1' });
  });

  test('has every blob under its digest, with its size, and no blob that nothing names', () => {
    const { config, layers } = manifest();
    const named = [index().manifests[0] as Blob, config, ...layers];
    for (const one of named) {
      const content = readFileSync(blob(one));
      assert.equal(one.digest, `sha256:${createHash('sha256').update(content).digest('hex')}`, one.mediaType);
      assert.equal(one.size, content.length, one.mediaType);
    }
    assert.deepEqual(readdirSync(join(layout, 'blobs', 'sha256')).sort(), named.map(({ digest }) => digest.slice('sha256:'.length)).sort());
  });

  test('has a configuration with what the recipe says, and its layer as the root', () => {
    const { config, layers } = manifest();
    const said = JSON.parse(readFileSync(blob(config), 'utf8')) as Record<string, unknown>;
    assert.deepEqual(said.config, { Cmd: ['/bin/pause'], User: '65535', Env: ['A=1'] });
    assert.deepEqual(said.rootfs, { type: 'layers', diff_ids: [layers[0]?.digest] });
    assert.equal(said.os, 'linux');
    assert.equal(said.architecture, { x64: 'amd64' }[process.arch as string] ?? process.arch);
  });

  test('has a layer of root’s files, modes and links kept, without the time at which they were made', async () => {
    const listed = await command('tar', ['--numeric-owner', '--utc', '-tvf', blob(manifest().layers[0] as Blob)]);
    const entries = listed.split('\n').map((line) => line.split(/\s+/u));
    assert.deepEqual(
      entries.map((entry) => entry.slice(5).join(' ')),
      ['./', './bin/', './bin/pause', './bin/wait -> pause', './tmp/'],
    );
    assert.ok(entries.every(([, owner, , day, time]) => owner === '0/0' && day === '1970-01-01' && time === '00:00'));
    assert.equal(entries[2]?.[0], '-rwxr-xr-x');
  });

  test('is the same again from the same files, whenever these were made', async () => {
    const again = join(folder, 'again');
    await writeImage(recipe(makeRoot('other-root', 1_600_000_000)), join(folder, 'again.tar'));
    mkdirSync(again);
    await command('tar', ['-xf', join(folder, 'again.tar'), '-C', again]);
    assert.equal(readFileSync(join(again, 'index.json'), 'utf8'), readFileSync(join(layout, 'index.json'), 'utf8'));
  });

  test('leaves nothing beside it', () => {
    assert.equal(existsSync(join(folder, 'image.tar.layout')), false);
  });
});
