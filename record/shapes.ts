import type { z } from 'zod';
import { flatEntries } from './json-text.ts';

/* JSON of texts without escapes, of texts without surrogates, of whole numbers that are safe by their length, and of what may follow one. */
const PLAIN = String.raw`"[^"\\\x00-\x1f]*"`;
const ESCAPED = String.raw`"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"`;
const WHOLE = String.raw`(?:0|[1-9]\d{0,14})`;
const FRACTION = String.raw`(?:\.\d{1,17})?`;

/** Most shapes that one file is known by: a load generator writes a handful. */
const MOST = 40;

/**
 * Shapes of lines that are as a schema asks, as patterns over their bytes: which keys, in which order, with which types of value. A line that has
 * the shape of one that was checked needs no parsing; that makes checking a million of them cheap.
 */
export class Shapes {
  readonly #known: { source: string; pattern: RegExp }[] = [];

  /** Where the line of `text` that begins at `start` ends, if it has a known shape; undefined: it must be parsed and checked. */
  endOf(text: string, start: number): number | undefined {
    for (let place = 0; place < this.#known.length; place++) {
      const shape = this.#known[place]!;
      shape.pattern.lastIndex = start;
      if (!shape.pattern.test(text)) continue;
      const end = shape.pattern.lastIndex;
      if (place > 0) {
        this.#known[place] = this.#known[place - 1]!;
        this.#known[place - 1] = shape;
      }
      return end;
    }
    return undefined;
  }

  /** Learns the shape of a line that was checked with this schema, if it is simple enough to have one. */
  learn(line: string, schema: z.ZodObject): void {
    if (this.#known.length >= MOST) return;
    const source = shapeOf(line, schema);
    if (source === undefined || this.#known.some((known) => known.source === source)) return;
    this.#known.push({ source, pattern: new RegExp(source, 'y') });
  }
}

/** The pattern that matches this line, and others with the same keys and types; undefined where it has none. */
export function shapeOf(line: string, schema: z.ZodObject): string | undefined {
  const entries = flatEntries(line);
  if (entries === undefined) return undefined;
  const fields: string[] = [];
  for (const { before, key, value } of entries) {
    const pattern = Object.hasOwn(schema.shape, key) ? patternOf(schema.shape[key] as z.ZodType, value) : anyPattern(value);
    if (pattern === undefined) return undefined;
    fields.push(before.replace(/[{}]/gu, '\\$&') + pattern);
  }
  return `${fields.join('')}\\}\\r?\\n`;
}

/** A pattern of what the schema of a field allows, as its value in a line stands for it. */
function patternOf(schema: z.ZodType, value: string): string | undefined {
  if (value === 'null') return value;
  const { def } = schema as unknown as { def: Definition };
  if (def.innerType !== undefined) return patternOf(def.innerType, value);
  if (def.type === 'string') return (def.checks ?? []).length === 0 ? textPattern(value) : undefined;
  if (def.type === 'boolean') return '(?:true|false)';
  if (def.type === 'enum') return oneOf(Object.values(def.entries ?? {}));
  if (def.type === 'literal') return oneOf(def.values ?? []);
  if (def.type === 'array') return def.element?.def.type === 'string' ? listOf(textPattern(value)) : undefined;
  return def.type === 'number' ? numberPattern(schema as z.ZodNumber) : undefined;
}

/* Looking for escapes takes time; few texts have any. */
function textPattern(value: string): string {
  return value.includes('\\') ? ESCAPED : PLAIN;
}

type Definition = {
  type: string;
  innerType?: z.ZodType;
  checks?: readonly unknown[];
  entries?: Record<string, string>;
  values?: readonly unknown[];
  element?: { def: Definition };
};

function numberPattern({ format, minValue, maxValue }: z.ZodNumber): string | undefined {
  const isInt = format === 'safeint';
  const unbounded = maxValue === null || maxValue >= Number.MAX_SAFE_INTEGER;
  const fraction = isInt ? '' : FRACTION;
  if (minValue === 0 && maxValue === 1 && !isInt) return `(?:0${FRACTION}|1)`;
  if (!unbounded || (format !== null && !isInt)) return undefined;
  if (minValue === null || minValue <= Number.MIN_SAFE_INTEGER) return `-?${WHOLE}${fraction}`;
  if (minValue === 0) return WHOLE + fraction;
  return minValue === 1 && isInt ? String.raw`[1-9]\d{0,14}` : undefined;
}

/* A field that the format does not know may hold anything, as long as it does not make the line an object of objects. */
function anyPattern(value: string): string | undefined {
  if (value.startsWith('"')) return textPattern(value);
  if (value.startsWith('[')) return undefined;
  return /^[-\d]/u.test(value) ? String.raw`-?${WHOLE}(?:\.\d+)?(?:[eE][-+]?\d+)?` : '(?:true|false|null)';
}

function oneOf(values: readonly unknown[]): string | undefined {
  const texts = values.filter((value) => typeof value === 'string' && /^[A-Za-z ]+$/u.test(value));
  return texts.length === values.length ? `"(?:${texts.join('|')})"` : undefined;
}

function listOf(item: string): string {
  return String.raw`\[(?:${item}(?:, ?${item})*)?\]`;
}
