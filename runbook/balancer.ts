import { execa } from 'execa';
import { HoldfastError } from '../support/errors.ts';
import type { Plan } from './plan.ts';
import { redacted } from './secrets.ts';

/** A load balancer's command answers within this, or it has failed; ms. */
const BALANCER_MS = 30_000;

/** Has the load balancer send the traffic to a site; a HoldfastError with what its command printed when that fails, without its arguments. */
export async function switchBalancer(plan: Pick<Plan, 'sites' | 'balancer'>, site: string): Promise<void> {
  const { balancer } = plan;
  if (typeof balancer === 'function') {
    await balancer(site);
    return;
  }
  const [file = '', ...args] = balancer.map((part) => part.replaceAll('{site}', site));
  const result = await execa(file, args, { reject: false, all: true, stdin: 'ignore', timeout: BALANCER_MS });
  if (result.exitCode === 0) return;
  const how = result.timedOut
    ? `did not end within ${BALANCER_MS} ms`
    : result.exitCode === undefined
      ? `could not be run (${result.code ?? result.signal ?? 'no reason given'})`
      : `ended with ${result.exitCode}`;
  const printed = redacted(
    (result.all ?? '').slice(-500),
    plan,
    args.filter((argument) => argument !== site),
  );
  throw new HoldfastError(
    `the load balancer's command (${file}, for site ${site}) ${how}: expected 0; ${printed || 'it printed nothing'}: mend it and run this again`,
  );
}
