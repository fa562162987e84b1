import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { UsageError } from '../../support/errors.ts';
import { formatAddress, labBlocks, parseAddress, planLab, type LabPlan, type LabShape } from './shape.ts';

const shapeOf = (sites: number, nodes: number): LabShape => ({ pattern: 'recommended', sites, nodes, routing: 'active-active' });

/** Every shape that the limits allow. */
const shapes = [2, 3, 4, 5, 6, 7, 8].flatMap((sites) =>
  Array.from({ length: Math.floor(32 / sites) }, (_, index) => shapeOf(sites, index + 1)),
);

/** First and last address of a range in CIDR. */
function endsOf(range: string): [number, number] {
  const [address = '', bits = '32'] = range.split('/');
  const first = parseAddress(address);
  return [first, first + 2 ** (32 - Number(bits)) - 1];
}

/** Everything in a plan that takes addresses, single ones as /32. */
function rangesOf(plan: LabPlan): [number, number][] {
  const addresses = [plan.gateway, plan.runner, ...plan.hosts.map(({ address }) => address)].map((address) => `${address}/32`);
  const pods = plan.hosts.flatMap(({ podRange }) => podRange ?? []);
  return [...addresses, ...pods, ...Object.values(plan.serviceRange)].map(endsOf).sort(([a], [b]) => a - b);
}

describe('the plan of a lab', () => {
  test('has the database outside the sites, or one on the last node of each', () => {
    const outside = planLab(shapeOf(2, 2), '198.18.0.0').hosts;
    assert.equal(outside.filter(({ role }) => role === 'database').length, 3);
    assert.deepEqual(
      outside.filter(({ database }) => database === true),
      [],
    );
    const inside = planLab({ ...shapeOf(2, 2), pattern: 'supported' }, '198.18.0.0').hosts;
    assert.deepEqual(
      inside.filter(({ database }) => database === true).map(({ name }) => name),
      ['a2', 'b2'],
    );
    assert.deepEqual(
      inside.filter(({ role }) => ['database', 'dcs', 'database-endpoint', 'backup'].includes(role)),
      [],
    );
  });

  test('gives no address twice, in any shape: hosts, gateway, runner, pods and services', () => {
    for (const shape of shapes) {
      const ranges = rangesOf(planLab(shape, '198.18.16.0'));
      ranges.forEach(([first], index) =>
        assert.ok(
          index === 0 || first > (ranges[index - 1] as [number, number])[1],
          `${shape.sites} sites, ${shape.nodes} nodes: ${formatAddress(first)}`,
        ),
      );
    }
  });

  test('stays within its own /20, and leaves the first address to it', () => {
    for (const base of labBlocks()) {
      const [first, last] = endsOf(`${base}/20`);
      for (const shape of [shapeOf(2, 2), shapeOf(8, 4), shapeOf(2, 16)]) {
        const plan = planLab(shape, base);
        assert.equal(plan.range, `${base}/20`);
        for (const [from, to] of rangesOf(plan)) assert.ok(from > first && to <= last, `${formatAddress(from)} of ${plan.range}`);
      }
    }
  });

  test('has ranges that begin where their size lets them', () => {
    for (const shape of shapes) {
      const plan = planLab(shape, '198.19.240.0');
      for (const range of [...plan.hosts.flatMap(({ podRange }) => podRange ?? []), ...Object.values(plan.serviceRange)]) {
        const [first, last] = endsOf(range);
        assert.equal(first % (last - first + 1), 0, range);
      }
    }
  });

  test('names every host once, sites by letters, nodes by numbers, the first with the control plane', () => {
    const { hosts, serviceRange } = planLab(shapeOf(2, 2), '198.18.0.0');
    assert.deepEqual(hosts.map(({ name }) => name).sort(), [
      'a1',
      'a2',
      'b1',
      'b2',
      'backup',
      'client',
      'db1',
      'db2',
      'db3',
      'dbe',
      'dcs1',
      'dcs2',
      'dcs3',
      'glb',
      'observer',
    ]);
    assert.deepEqual(
      hosts.filter(({ control }) => control === true).map(({ name, site }) => [name, site]),
      [
        ['a1', 'a'],
        ['b1', 'b'],
      ],
    );
    assert.deepEqual(Object.keys(serviceRange), ['a', 'b']);
  });

  test('has as many nodes as asked, and three hosts of the database whatever the shape', () => {
    for (const shape of shapes) {
      const { hosts } = planLab(shape, '198.18.0.0');
      assert.equal(new Set(hosts.map(({ name }) => name)).size, hosts.length);
      assert.equal(hosts.filter(({ role }) => role === 'node').length, shape.sites * shape.nodes);
      assert.equal(hosts.filter(({ role }) => role === 'database').length, 3);
    }
  });

  test('is refused beyond its limits, and says which option and what it takes', () => {
    const wrong: [LabShape, RegExp][] = [
      [{ ...shapeOf(3, 1), pattern: 'supported' }, /^--sites 3: expected 2 with --pattern supported/u],
      [shapeOf(1, 2), /^--sites 1: expected a whole number from 2 to 8$/u],
      [shapeOf(9, 1), /^--sites 9: /u],
      [shapeOf(2.5, 1), /^--sites 2.5: /u],
      [shapeOf(2, 0), /^--nodes 0: expected a whole number from 1, and at most 32 nodes in all$/u],
      [shapeOf(2, 17), /^--nodes 17: /u],
      [shapeOf(8, 5), /^--nodes 5: /u],
      [shapeOf(2, Number.NaN), /^--nodes NaN: /u],
    ];
    for (const [shape, says] of wrong) {
      assert.throws(
        () => planLab(shape, '198.18.0.0'),
        (error) => error instanceof UsageError && says.test(error.message),
        `${shape.sites} ${shape.nodes}`,
      );
    }
  });
});

test('the blocks of labs are 32, do not overlap and fill the range for benchmarks', () => {
  const blocks = labBlocks().map((base) => endsOf(`${base}/20`));
  const [first, last] = endsOf('198.18.0.0/15');
  assert.equal(blocks[0]?.[0], first);
  assert.equal(blocks.at(-1)?.[1], last);
  blocks.forEach(([start], index) => assert.ok(index === 0 || start === (blocks[index - 1] as [number, number])[1] + 1));
});

test('an address is the number that it stands for', () => {
  assert.equal(parseAddress('198.18.1.2'), 0xc6120102);
  fc.assert(fc.property(fc.ipV4(), (text) => formatAddress(parseAddress(text)) === text));
});
