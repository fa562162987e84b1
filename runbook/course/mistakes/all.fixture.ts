import type { Mistake } from '../mistake.fixture.ts';
import { begunBefore } from './before.fixture.ts';
import { copies } from './copies.fixture.ts';
import { dsns } from './dsns.fixture.ts';
import { lost } from './lost.fixture.ts';
import { own } from './own.fixture.ts';
import { plans } from './plans.fixture.ts';
import { replication } from './replication.fixture.ts';
import { sequences } from './sequences.fixture.ts';
import { tables } from './tables.fixture.ts';

/** Every mistake that a course may draw. */
export const MISTAKES: readonly Mistake[] = [
  ...copies,
  ...dsns,
  ...plans,
  ...begunBefore,
  ...tables,
  ...sequences,
  ...own,
  ...replication,
  ...lost,
];
