import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settingsFrom } from './settings.ts';

const LEAST = { HOLDFAST_SITE: 'a', DATABASE_RW: 'postgres://rw' };

describe('the settings', () => {
  it('have defaults for everything but the site and the database', () => {
    assert.partialDeepStrictEqual(settingsFrom(LEAST), {
      port: 8080,
      databaseRo: 'postgres://rw',
      poolRw: 16,
      poolPrimary: 4,
      drainMs: 1500,
      blindHealthCheck: false,
      flappingHealthCheckMs: 0,
    });
  });

  it('come from the environment', () => {
    const settings = settingsFrom({
      ...LEAST,
      HOLDFAST_POD: 'api-1',
      HOLDFAST_NODE: 'a1',
      POOL_RO: '3',
      DRAIN_MS: '0',
      BLIND_HEALTHCHECK: '1',
      FLAPPING_HEALTHCHECK: '2000',
    });
    assert.partialDeepStrictEqual(settings, {
      identity: { site: 'a', pod: 'api-1', node: 'a1' },
      poolRo: 3,
      drainMs: 0,
      blindHealthCheck: true,
      flappingHealthCheckMs: 2000,
    });
  });

  it('are refused where they cannot work', () => {
    assert.throws(() => settingsFrom({ HOLDFAST_SITE: 'a' }), /DATABASE_RW/);
    assert.throws(() => settingsFrom({ DATABASE_RW: 'x' }), /HOLDFAST_SITE/);
    assert.throws(() => settingsFrom({ ...LEAST, POOL_RW: '0' }), /POOL_RW.*at least 1.*"0"/);
    assert.throws(() => settingsFrom({ ...LEAST, DRAIN_MS: '1.5' }), /DRAIN_MS/);
    assert.throws(() => settingsFrom({ ...LEAST, FLAPPING_HEALTHCHECK: '2s' }), /FLAPPING_HEALTHCHECK.*at least 1.*"2s"/);
  });
});
