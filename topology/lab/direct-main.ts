// What a runbook calls to send a lab's traffic to a site: "node direct-main.ts <lab> <site>". A program of its own, for the command with all its
// rooms takes a second of a busy machine to start, and service waits for it.
import { UsageError, messageOf } from '../../support/errors.ts';
import { directTo } from './balancer.ts';
import { findLab, sitesOf } from './store.ts';

try {
  const [name = '', site = ''] = process.argv.slice(2);
  const lab = findLab(name);
  if (lab === undefined || !sitesOf(lab).includes(site))
    throw new UsageError(`lab "${name}", site "${site}": expected a lab of this machine and a site of it`);
  await directTo(lab, site);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
