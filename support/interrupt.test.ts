import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

/** Runs a program that says "ready" when a signal may come, and sends it one; what it said, and how it ended. */
async function interrupted(program: string): Promise<{ said: string; code: number | null }> {
  const source = `import { interruption } from ${JSON.stringify(join(import.meta.dirname, 'interrupt.ts'))};
    const alive = setInterval(() => undefined, 1000);
    ${program}`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (text.includes('ready')) child.kill('SIGINT');
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { said, code };
}

test('a signal is heeded, also by who listens again after cleaning up', async () => {
  const { said, code } = await interrupted(`
    void interruption.listen();
    interruption.clear();
    const came = interruption.listen();
    console.log('ready', interruption.code);
    const code = await came;
    console.log(interruption.signal.aborted, interruption.signal.reason.message, code, interruption.code);
    clearInterval(alive);
  `);
  assert.equal(said, 'ready undefined\ntrue interrupted by SIGINT 130 130\n');
  assert.equal(code, 0);
});

test('who cleans up is not disturbed, and still knows what came', async () => {
  const { said, code } = await interrupted(`
    const came = interruption.listen();
    console.log('ready');
    await came;
    interruption.clear();
    process.once('SIGINT', () => setImmediate(() => {
      console.log(interruption.signal.aborted, interruption.code);
      clearInterval(alive);
    }));
    console.log('ready');
  `);
  assert.equal(said, 'ready\nready\nfalse 130\n');
  assert.equal(code, 0);
});
