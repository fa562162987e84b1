import { findPostgres } from '../platform/postgres.fixture.ts';
import { fullSet } from './full-set.fixture.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';

for (const synchronous of [false, true]) fullSet({ version: 'of this machine', synchronous, programs: () => bin!, skip });
