import type { Site } from './ledger.fixture.ts';

/** Commands that a message names, with options or without, and the same one with options that it names; what a person would try next. */
export function named(output: string, args: readonly string[], [target, other]: readonly [Site, Site]): string[][] {
  const message = output.trim().split('\n').slice(-3).join('\n');
  const commands = [...message.matchAll(/\b(promote|failback) (a|b|<[^>]+>)((?: --[a-z-]+)*)/g)].map(
    ([, runbook = '', site = '', options = '']) => [
      runbook,
      // "the other one" and "it" are the one that was to be replaced
      site.startsWith('<') ? other : site,
      ...options.split(' ').filter((option) => option !== ''),
    ],
  );
  const bare = /"failback"/.test(message) ? [['failback', target]] : [];
  const options = [...new Set(message.match(/--[a-z][a-z-]+/g) ?? [])].filter((option) => !args.includes(option));
  return [...commands, ...bare, ...options.map((option) => [...args, option])];
}
