import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { readSchedule } from '../faults/schedule/schedule.ts';
import { summaryTable } from '../reports/index.ts';
import type { Asked } from '../run/rounds.ts';
import { soak } from '../run/soak.ts';
import { parseDuration } from '../support/durations.ts';
import { UsageError } from '../support/errors.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';
import { defaultShape } from '../topology/lab/up.ts';
import type { ReplicationMode, Topology } from '../topology/model.ts';
import { nameOption, repeats, requireRoot, sabotageOption, seedUpTo, sizeOptions, wholeNumberWithin } from './options.ts';
import { refuseOtherSabotage } from './run.ts';
import { emptyReports, leaveJUnit, leaveSession, sessionLine } from './session-reports.ts';
import { withLab, type KeepOptions } from './with-lab.ts';

interface SoakOptions extends KeepOptions {
  for: string;
  seed?: number;
  round?: number;
  schedule?: string;
  replication?: ReplicationMode;
  shrink?: boolean;
  tries: number;
}

const HIGHEST_SEED = 2 ** 31 - 1;
/** Two weeks of rounds. */
const LAST_ROUND = 20_000;

/** `holdfast soak`: rounds of random faults; the same seed gives the same ones. */
export function soakCommand(): Command {
  const command = new Command('soak')
    .description('rounds of random faults until a time is over, each judged; the same seed gives the same faults')
    .addOption(nameOption())
    .option('--for <length>', 'no round begins later than this, such as "60m"', '60m')
    .addOption(
      new Option('--seed <n>', `what the faults are drawn from, 0 to ${HIGHEST_SEED} (default: by chance)`).argParser(
        seedUpTo(HIGHEST_SEED),
      ),
    )
    .addOption(
      new Option('--round <k>', 'this round of the seed only')
        .argParser((text) => wholeNumberWithin(text, 1, LAST_ROUND))
        .conflicts('schedule'),
    )
    .addOption(new Option('--schedule <file>', 'the schedule in this file only').conflicts('seed'))
    .addOption(
      new Option('--replication <mode>', 'how the database replicates, in place of what the schedule says').choices(['strict', 'async']),
    )
    .option('--shrink', 'look for a smaller schedule that fails like the first one that did')
    .addOption(new Option('--tries <n>', 'shrink: rounds that it may take').argParser(repeats).default(24))
    .addOption(new Option('--keep', 'leave a lab that this command started'));
  for (const option of [...sizeOptions().filter(({ long }) => long !== '--pattern'), sabotageOption()]) command.addOption(option);
  return command.action(async (options: SoakOptions) => {
    const { replication, round } = options;
    const tries = options.shrink === true ? options.tries : 0;
    const seed = options.seed ?? randomInt(HIGHEST_SEED);
    const asked: Asked = {
      seed,
      forMs: parseDuration(options.for, { what: 'for' }),
      ...(round === undefined ? {} : { round }),
      ...(replication === undefined ? {} : { replication }),
      ...(options.schedule === undefined ? {} : { schedule: scheduleIn(options.schedule) }),
    };
    refuseOtherSabotage(options);
    requireRoot('soak');
    if (asked.schedule === undefined) console.log(`seed ${seed}`);
    process.exitCode = await withLab({ ...options, pattern: 'recommended' }, async () => {
      const topology = labTopology(options.name);
      const startedAt = new Date();
      emptyReports();
      const { code, session, outcomes } = await soak(topology, { ...asked, lab: labWords(topology), tries }, (text) => console.log(text));
      const verdicts = outcomes.flatMap(({ verdict }) => verdict ?? []);
      console.log(`\n${summaryTable(verdicts, { colour: process.stdout.isTTY })}`);
      const chosen = asked.schedule === undefined ? `seed ${seed}` : `schedule ${asked.schedule.name}`;
      leaveSession({ session, pattern: 'recommended', soak: chosen, repeat: 1, startedAt: startedAt.toISOString() }, outcomes);
      console.log(sessionLine(session));
      leaveJUnit({ name: 'soak', startedAt, properties: asked.schedule === undefined ? { seed: String(seed) } : {}, outcomes });
      return code;
    });
  });
}

/** Options that bring the same lab up, where it is not the usual one: a round is drawn for the lab's shape. */
function labWords({ name, sites, sabotage }: Topology): string[] {
  const nodes = sites[0]?.nodes.length;
  return [
    ...(name === nameOption().defaultValue ? [] : ['--name', name]),
    ...(sites.length === defaultShape.sites ? [] : ['--sites', String(sites.length)]),
    ...(nodes === undefined || nodes === defaultShape.nodes ? [] : ['--nodes', String(nodes)]),
    ...(sabotage === undefined ? [] : ['--sabotage', sabotage]),
  ];
}

function scheduleIn(file: string): NonNullable<Asked['schedule']> {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--schedule ${file}: expected a file that can be read: ${(error as Error).message}`);
  }
  return { name: file, schedule: readSchedule(content, file) };
}
