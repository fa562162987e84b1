/** Characters that could move the cursor, colour a terminal, reverse a line or break XML. */
export const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufffe\uffff]/gu;

/** A text, of several lines perhaps, without what a terminal would take for a command: it may hold what came from a file. */
export function printable(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (character) => (character === '\n' ? character : character === '\t' ? ' ' : '\ufffd'));
}

/** A value as JSON for a terminal: what it would take for a command is written with escapes. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(UNSAFE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Prints a text that may hold what came from a file. */
export function say(text: string): void {
  console.log(printable(text));
}
