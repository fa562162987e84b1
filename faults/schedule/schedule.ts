import { z } from 'zod';
import { reasonOf } from '../../record/reader.ts';
import { UsageError } from '../../support/errors.ts';
import { ROUTING_POLICIES, type Topology } from '../../topology/model.ts';
import { faultFrom } from '../asking.ts';
import { catalogue } from '../catalogue.ts';
import { FAULT_OPTIONS, type FaultSpec } from '../fault.ts';
import { leaseOf } from '../lease.ts';

/** Version of the schedules that this code writes and reads. */
export const SCHEDULE_FORMAT = 1;
/** Nobody looks at a round for longer than this; ms. */
const LATEST_MS = 600_000;

const text = z.string().min(1);
const oneOf = <const T extends string>(names: readonly T[]): z.ZodEnum<{ [Name in T]: Name }> =>
  z.enum(names, { error: ({ input }) => `expected one of ${names.join(', ')}, came ${JSON.stringify(input)}` });

const words = z.strictObject(
  Object.fromEntries(FAULT_OPTIONS.filter((option) => option !== 'allowTotalLoss').map((option) => [option, text.optional()])) as Record<
    Exclude<(typeof FAULT_OPTIONS)[number], 'allowTotalLoss'>,
    z.ZodOptional<z.ZodString>
  >,
);

const Step = z.strictObject({
  /** when it is injected, since the course began; ms */
  at: z.number().int().min(0).max(LATEST_MS),
  /** name in the catalogue */
  fault: oneOf(Object.keys(catalogue)),
  /** a host, several ("dcs1,dcs2"), a site or a role, as `holdfast fault inject` takes it */
  target: text,
  options: words.extend({ allowTotalLoss: z.boolean().optional() }).optional(),
  /** its length, such as "10s"; none for a momentary fault */
  for: text.optional(),
});

/** One fault of a schedule, in the words that a person would use. */
export type Step = z.infer<typeof Step>;

/** What falls when, on an installation in which state: plain data, the same however often it is read. */
export const Schedule = z.strictObject({
  format: z.literal(SCHEDULE_FORMAT),
  /** what it was drawn from */
  seed: z.number().int().optional(),
  round: z.number().int().min(1).optional(),
  reference: z.strictObject({
    routing: oneOf(ROUTING_POLICIES),
    replication: oneOf(['strict', 'async']),
    commit: oneOf(['on', 'remote_apply']),
  }),
  steps: z.array(Step).min(1),
});
export type Schedule = z.infer<typeof Schedule>;

/** Reads a schedule from the text of a file; a UsageError says which field was expected to be what. */
export function readSchedule(content: string, file: string): Schedule {
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch (error) {
    throw new UsageError(`${file}: expected a schedule as JSON, came something else: ${(error as Error).message}: ${HINT}`);
  }
  const { data: schedule, error } = Schedule.safeParse(data);
  if (schedule === undefined) throw new UsageError(`${file} is no schedule: ${reasonOf(error)}: ${HINT}`);
  return schedule;
}

const HINT = 'correct it, or take the evidence/schedule.json of a round of "holdfast soak"';

/** A schedule as a file has it; the same schedule gives the same bytes. */
export function scheduleText(schedule: Schedule): string {
  return `${JSON.stringify(Schedule.parse(schedule), null, 2)}\n`;
}

/** A step with the fault that it asks for. */
export interface PlannedStep {
  step: Step;
  spec: FaultSpec;
}

/** The faults that a schedule asks for on a topology; a UsageError names the step that asks for what there is not. */
export function planSteps(topology: Topology, { steps }: Schedule): PlannedStep[] {
  return steps.map((step, index) => {
    try {
      leaseOf(step.fault, step.for);
      return { step, spec: faultFrom(topology, { fault: step.fault, target: step.target, words: step.options ?? {} }) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`step ${index + 1} of the schedule (at ${step.at} ms): ${error.message}`);
    }
  });
}
