import type { Site } from './ledger.fixture.ts';

/** Commands that a message names, and the same one with options that it names; what a person would try next. */
export function named(output: string, args: readonly string[], other: Site): string[][] {
  const message = output.trim().split('\n').slice(-3).join('\n');
  const quoted = [...message.matchAll(/"([^"]+)"/g)].map(([, text = '']) => text.replace(/^holdfast /, ''));
  const found = quoted.flatMap((text) => {
    // "the other one" and "it" are the site that was to be replaced
    const words = text.replace(/<[^>]+>/, other).split(' ');
    if (/^(promote|failback)$/.test(words[0] ?? '')) return [words.length === 1 ? [...words, args[1] ?? ''] : words];
    return /^--[a-z]/.test(text) ? [[...args, ...words]] : [];
  });
  // of all options this one alone stands without quotes too
  return /--accept-loss/.test(message) && !args.includes('--accept-loss') ? [...found, [...args, '--accept-loss']] : found;
}
