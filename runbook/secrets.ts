import { addressOf } from './dsn.ts';
import type { Plan } from './plan.ts';

/** Shorter than this a text is no secret that can be told from a word. */
const LEAST = 4;

/** A text without what a plan keeps secret: passwords, whole connection strings, and arguments of the load balancer's command. */
export function redacted(message: string, plan: Pick<Plan, 'sites' | 'balancer'>, more: readonly string[] = []): string {
  const secrets = [...more, ...secretsOf(plan)].filter((secret) => secret.length >= LEAST);
  return secrets.toSorted((one, other) => other.length - one.length).reduce((text, secret) => text.replaceAll(secret, '***'), message);
}

function secretsOf({ sites, balancer }: Pick<Plan, 'sites' | 'balancer'>): string[] {
  const dsns = sites.flatMap(({ dsn, replicationDsn = '' }) => [dsn, replicationDsn]);
  const passwords = dsns.flatMap((dsn) => {
    const password = addressOf(dsn)?.password;
    return password === undefined ? [] : [password, encodeURIComponent(password)];
  });
  const args = typeof balancer === 'function' ? [] : balancer.slice(1).filter((part) => !part.includes('{site}'));
  return [...dsns, ...passwords, ...args];
}
