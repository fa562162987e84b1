/** What each room may import of the others: a room, a folder in it, or one file. A room or a relation that is not listed is refused. */
export const importTable: Readonly<Record<string, readonly string[]>> = {
  scenarios: ['fixtures/index.ts'],
  fixtures: ['run', 'faults', 'load', 'record', 'reports', 'support', 'topology'],
  cli: ['run', 'runbook', 'topology', 'faults', 'reports', 'verdict', 'platform/schema.ts', 'platform/one-writer.ts', 'support'],
  run: ['topology', 'load', 'faults', 'verdict', 'reports', 'record', 'runbook', 'platform/final-state.ts', 'support'],
  faults: ['topology/model.ts', 'load', 'record', 'support'],
  topology: ['toolchain', 'platform', 'support'],
  verdict: ['record', 'support'],
  reports: ['record', 'support'],
  load: ['record'],
  runbook: ['support'],
  platform: [],
  record: ['support'],
  toolchain: ['support'],
  support: [],
};

/** What the tests of a room may import of others beyond that. */
export const testTable: Readonly<Record<string, readonly string[]>> = {
  // the reading of final states is tested on a real server
  run: ['platform/postgres.fixture.ts', 'platform/schema.ts'],
  // and so are the runbooks, and the guide that says how to set a pair of databases up
  cli: ['platform/postgres.fixture.ts'],
  runbook: ['platform/postgres.fixture.ts', 'platform/postgres-versions.fixture.ts', 'platform/schema.ts', 'platform/one-writer.ts'],
};

/** Packages that only some rooms may import; every other package is free. */
export const packageTable: Readonly<Record<string, readonly string[]>> = {
  '@playwright/test': ['fixtures'],
  '@playwright/test/reporter': ['fixtures'],
  'allure-js-commons': ['fixtures'],
};

/** Packages that only tests and what tests are made of may import. */
export const testPackages = ['node:test', 'fast-check'];

/** Names of tests and of what tests are made of. */
const TESTS = ['*.test.ts', '*.fixture.ts', 'testing*.ts'];
const DEEPEST = 3;

type Rules = Record<string, ['error', { patterns: { group: string[]; message: string }[] }]>;

/** The tables as overrides for oxlint: for the files of each room at each depth, and again, less strict, for its tests. */
export function importRules(): { files: string[]; rules: Rules }[] {
  const places = Object.keys(importTable).flatMap((room) => Array.from({ length: DEEPEST }, (_, index) => ({ room, depth: index + 1 })));
  return [
    { files: ['*/**'], rules: refuse(['../**'], 'toolchain/import-table.ts does not know this room, or not at this depth') },
    ...places.flatMap(({ room, depth }) => {
      const folder = `${room}${'/*'.repeat(depth - 1)}`;
      const may = `${room} may import ${importTable[room]?.join(', ') || 'no other room'}`;
      const refused = [...roomsClosedTo(room, depth), ...packagesClosedTo(room)];
      const refusedToTests = [...roomsClosedTo(room, depth, testTable[room]), ...packagesClosedTo(room)];
      return [
        {
          files: [`${folder}/*`],
          rules: refuse([...refused, ...testPackages, ...TESTS], `${may}; only tests import what tests are made of`),
        },
        { files: TESTS.map((name) => `${folder}/${name}`), rules: refuse(refusedToTests, may) },
      ];
    }),
  ];
}

/** Everything outside of a room but what is open to it; of several patterns the last that matches decides, as in .gitignore. */
function roomsClosedTo(room: string, depth: number, more: readonly string[] = []): string[] {
  const up = '../'.repeat(depth);
  const open = [room, ...(importTable[room] ?? []), ...more].map((path) => `!${up}${path}${path.endsWith('.ts') ? '' : '/**'}`);
  return [`${up}**`, './../**', ...open];
}

function packagesClosedTo(room: string): string[] {
  return Object.keys(packageTable).filter((name) => packageTable[name]?.includes(room) !== true);
}

function refuse(group: string[], message: string): Rules {
  return { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] };
}
