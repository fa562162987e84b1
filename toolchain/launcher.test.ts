import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execaSync } from 'execa';
import { EXIT } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';
import { isRoot } from '../support/user.ts';
import { nodeIntegrity, versions } from './versions.ts';

const NOBODY = 65534;
const root = mkdtempSync(join(tmpdir(), 'holdfast-launcher-'));
after(() => rmSync(root, { recursive: true }));
chmodSync(root, 0o755);

/** A checkout of its own, whose command says what it was called with. */
const checkout = join(root, 'checkout');
for (const folder of ['cli', 'node_modules']) mkdirSync(join(checkout, folder), { recursive: true });
copyFileSync(join(projectRoot, 'holdfast'), join(checkout, 'holdfast'));
writeFileSync(join(checkout, 'package-lock.json'), '{}\n');
writeFileSync(join(checkout, 'node_modules/.holdfast-lock'), execFileSync('cksum', { input: '{}\n' }));
writeFileSync(join(checkout, 'cli/main.ts'), 'console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env }));\n');

let count = 0;

/** A folder of programs; a body beside a name is that of a shell script. */
function programs(scripts: Record<string, string>): string {
  const folder = join(root, `bin${++count}`);
  mkdirSync(folder);
  for (const [name, body] of Object.entries(scripts)) writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return folder;
}

/** Where every user may run it, as a home folder's may not be. */
const ownNode = join(root, 'node');
copyFileSync(process.execPath, ownNode);
const node = `exec '${ownNode}' "$@"`;
const oldNode = `[ "$1" != --version ] || { echo v20.0.0; exit; }\n${node}`;
/** Clears the environment as sudo does, keeps what it is told to by name, and says first what everybody can read. */
const sudo = `printf '%s\\n' "$@" > "$0.arguments"
export KEPT=; case $1 in --preserve-env=*) KEPT=\${1#--preserve-env=}; shift ;; esac
exec '${ownNode}' -e '
  const kept = new Set(process.env.KEPT.split(","));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.has(name)));
  const { status } = require("child_process").spawnSync(process.argv[1], process.argv.slice(2), { env, stdio: "inherit" });
  process.exit(status);
' -- "$@"`;

function launch(args: string[], env: Record<string, string>, { cache, user }: { cache: string; user?: number }) {
  return execaSync('sh', [join(checkout, 'holdfast'), ...args], {
    cwd: checkout,
    env: { HOME: root, HOLDFAST_CACHE: cache, ...env },
    extendEnv: false,
    reject: false,
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
}

/** A cache for a user, in a folder of root. */
function cacheFor(user: number): string {
  const cache = join(root, `cache${++count}`);
  mkdirSync(cache);
  chmodSync(cache, 0o755);
  if (isRoot()) chownSync(cache, user, user);
  return cache;
}

const system = '/usr/local/bin:/usr/bin:/bin';

describe('the launcher', { skip: process.platform !== 'linux' && 'labs need Linux' }, () => {
  test('hands sudo secrets by the name of their variable alone, whatever lines and signs they have', () => {
    const bin = programs({ node, sudo });
    chmodSync(bin, 0o777);
    const values = {
      HTTPS_PROXY: 'http://me:geheim@proxy:3128/',
      https_proxy: 'http://me:geheim@proxy:3128/',
      npm_config__auth: 'geheim=',
      NPM_CONFIG_PROXY: 'geheim',
      HOLDFAST_DEBIAN_MIRROR: 'https://me:geheim@mirror/de bian\'"$(id)`id`\\',
      HOLDFAST_SLOW: '1',
      PIP_INDEX_URL: 'https://me:geheim@index/\n',
      GOFLAGS: '-x\nHOLDFAST_STATE=/elsewhere\nGOPROXY=other',
      HOLDFAST_RUNS: '',
    };
    const foreign = { SECRET: 'geheim\nHOLDFAST_INJECTED=1\nGOINJECTED=1', '1HOLDFAST_X': 'geheim', 'HOLDFAST_X-Y': 'geheim' };
    const user = isRoot() ? { user: NOBODY } : {};
    const { stdout, stderr, exitCode } = launch(
      ['doctor'],
      { PATH: `${bin}:${system}`, ...values, ...foreign },
      { cache: cacheFor(NOBODY), ...user },
    );
    assert.equal(exitCode, 0, stderr);
    const { args, env } = JSON.parse(stdout) as { args: string[]; env: Record<string, string> };
    assert.deepEqual(args, ['doctor']);
    for (const [name, value] of Object.entries(values)) assert.equal(env[name], value, name);
    for (const name of [...Object.keys(foreign), 'HOLDFAST_INJECTED', 'GOINJECTED', 'HOLDFAST_STATE', 'GOPROXY'])
      assert.ok(!(name in env), name);
    const line = execFileSync('cat', [join(bin, 'sudo.arguments')], { encoding: 'utf8' });
    assert.doesNotMatch(line, /geheim|proxy:3128|mirror/u);
    assert.match(line, /^--preserve-env=\S*HTTPS_PROXY/u);
  });

  test('fetches Node.js without running scripts of the package, and refuses one of another hash', () => {
    const npm = `printf '%s ' "$@" > "$0.arguments"; echo 'not the package' > node-linux-${process.arch}-${versions.node}.tgz`;
    const bin = programs({ node: oldNode, npm });
    const cache = cacheFor(process.getuid?.() ?? 0);
    const { stderr, exitCode } = launch(['check'], { PATH: `${bin}:${system}` }, { cache });
    assert.equal(exitCode, EXIT.machine);
    const expected = nodeIntegrity[`node-linux-${process.arch}`]?.slice('sha512-'.length) ?? '';
    assert.ok(stderr.includes(`expected a package of sha512 ${expected}; npm fetched one of `), stderr);
    assert.equal(
      execFileSync('cat', [join(bin, 'npm.arguments')], { encoding: 'utf8' }),
      `pack --silent --ignore-scripts node-linux-${process.arch}@${versions.node} `,
    );
    assert.equal(existsSync(join(cache, 'node')), false);
  });

  test('does not run as root what others may have put into its cache', { skip: !isRoot() && 'only root has anything to lose' }, () => {
    const bin = programs({ node: oldNode, npm: 'exit 1' });
    const make = (): { cache: string; own: string; folders: string[] } => {
      const cache = cacheFor(0);
      const folders = ['', 'node', `node/${versions.node}`, `node/${versions.node}/bin`, 'compiled'].map((path) => join(cache, path));
      for (const folder of folders) mkdirSync(folder, { recursive: true });
      const own = join(cache, 'node', versions.node, 'bin/node');
      writeFileSync(own, `#!/bin/sh\n${node}\n`, { mode: 0o755 });
      return { cache, own, folders };
    };
    const run = (cache: string, env = {}) => launch(['check'], { PATH: `${bin}:${system}`, ...env }, { cache });
    assert.equal(run(make().cache).exitCode, 0);
    for (const index of [0, 1, 2, 3, 4]) {
      const opened = make();
      const folder = opened.folders[index] as string;
      chmodSync(folder, 0o777);
      const { exitCode, stderr } = run(opened.cache);
      assert.equal(exitCode, EXIT.machine, folder);
      assert.match(stderr, /expected only root and you.*\n.*chmod go-w/u);
      chmodSync(folder, 0o755);
      chownSync(folder, NOBODY, NOBODY);
      assert.equal(run(opened.cache).exitCode, EXIT.machine, folder);
      assert.equal(run(opened.cache, { SUDO_UID: String(NOBODY) }).exitCode, 0, folder);
    }
    const loose = make();
    chmodSync(loose.own, 0o777);
    assert.equal(run(loose.cache).exitCode, EXIT.machine);
  });
});
