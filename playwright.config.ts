import { defineConfig } from '@playwright/test';
import { join } from 'node:path';
import type { ScenarioOptions } from './fixtures/test.ts';
import { limits } from './support/limits.ts';
import { reportsDir } from './support/paths.ts';

const out = reportsDir();

/** One worker: bounds are never taken from scenarios that share the machine. No retries: this suite judges others. */
export default defineConfig<ScenarioOptions>({
  testDir: './scenarios',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  failOnFlakyTests: true,
  forbidOnly: true,
  timeout: limits.reset + limits.scenario,
  outputDir: join(out, 'playwright'),
  reporter: [
    ['./fixtures/terminal-reporter.ts'],
    ['json', { outputFile: join(out, 'results.json') }],
    ['allure-playwright', { resultsDir: join(out, 'allure-results'), detail: false }],
  ],
  projects: [
    { name: 'recommended', testMatch: ['recommended/*.spec.ts', 'controls/*.spec.ts'] },
    // all traffic to one site is what this pattern is recommended with
    { name: 'supported', testMatch: ['supported/*.spec.ts', 'controls/supported/*.spec.ts'], use: { routing: 'active-passive' } },
  ],
});
