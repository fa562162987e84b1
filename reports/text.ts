import { UNSAFE } from '../support/printable.ts';

/** Text from a record made harmless for terminals and documents: one line, no control characters, at most `max` characters. */
export function plain(value: unknown, max = 400): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const short = text.length > max ? `${text.slice(0, max)}…` : text;
  return short
    .toWellFormed()
    .replace(/[\t\r\n]+/g, ' ')
    .replace(UNSAFE, '\ufffd');
}

/** Markup-safe form of a text, for element content and quoted attributes of HTML and XML alike. */
export function escape(value: unknown): string {
  return plain(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Words joined for a sentence: "a, b and c". */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** "1 write", "2 writes". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** A count with thousands separated: "36,000". */
export function whole(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}
