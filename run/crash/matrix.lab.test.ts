import { describe, it } from 'node:test';
import { suiteLab } from '../lab.fixture.ts';
import { oneEach } from './cells.ts';
import { runCell } from './matrix.ts';

describe('a fault of which something of ours is killed ends in time', { concurrency: 1 }, () => {
  const lab = suiteLab('crashcells', { nodes: 1 });
  for (const cell of oneEach()) {
    it(`${cell.mechanism.name}: ${cell.killed} killed at "${cell.state}"`, async () => void (await runCell(lab(), cell)));
  }
});
