import { noServers, programsOf } from '../platform/postgres-versions.fixture.ts';
import { fullSet } from './full-set.fixture.ts';

for (const synchronous of [false, true]) fullSet({ version: '18', synchronous, programs: () => programsOf(18).bin, skip: noServers });
