import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fastify from 'fastify';
import { addHealthCheck, isFlappedDown, openProbes } from './health.ts';
import { settingsFrom } from './settings.ts';

/** What the health check of a pod says that reaches no database. */
async function said(env: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> {
  const settings = settingsFrom({ HOLDFAST_SITE: 'a', HOLDFAST_POD: 'api-1', DATABASE_RW: 'postgres://u:p@127.0.0.1:1/x', ...env });
  const app = fastify();
  addHealthCheck(app, settings, openProbes(settings));
  const answer = await app.inject('/api/healthcheck');
  return { status: answer.statusCode, body: answer.json() };
}

describe('the health check of a pod that reaches no database', () => {
  it('says 503, and what it looked at', async () => {
    const { status, body } = await said({});
    assert.equal(status, 503);
    assert.partialDeepStrictEqual(body, { status: 'unavailable', rw: { ok: false }, ro: { ok: false }, site: 'a', pod: 'api-1' });
    assert.equal('blind' in body || 'flapping' in body, false);
  });

  it('says 200 where it is blind, and names that', async () => {
    const { status, body } = await said({ BLIND_HEALTHCHECK: '1' });
    assert.equal(status, 200);
    assert.deepEqual(body, { status: 'ok', blind: true, site: 'a', pod: 'api-1', node: 'unknown' });
  });

  it('flaps where it must, and names that: 503 in every other period, and what it sees in the others', async () => {
    const everyMs = 300;
    const answers = [];
    for (const end = Date.now() + 3 * everyMs; Date.now() < end;)
      answers.push(await said({ BLIND_HEALTHCHECK: '1', FLAPPING_HEALTHCHECK: String(everyMs) }));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 503]));
    assert.ok(answers.every(({ body }) => body.flapping === true));
    for (const { status, body } of answers) assert.equal(body.blind, status === 200 ? true : undefined);
  });
});

describe('a flapping health check', () => {
  it('is down in the same periods for all who have the same clock', () => {
    const at = [0, 1999, 2000, 3999, 4000, 6000].map((nowMs) => isFlappedDown(2000, nowMs));
    assert.deepEqual(at, [false, false, true, true, false, true]);
  });

  it('is never down without a period', () => {
    assert.equal(isFlappedDown(0, 3000), false);
  });
});
