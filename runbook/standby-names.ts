/** What synchronous_standby_names says: how many of which standbys a commit waits for. */
interface Waiting {
  /** absent: the first of the list that is there */
  method?: 'FIRST' | 'ANY';
  count: number;
  /** as they are written, quotes and all */
  names: string[];
}

/** The value without a name; whatever else it says stays. */
export function withoutName(value: string, name: string): string {
  const { method, count, names } = read(value);
  const left = names.filter((one) => !isName(one, name));
  if (left.length === names.length) return value;
  if (left.length === 0) return '';
  if (method === undefined) return left.join(', ');
  // who waited for all of them waits for all that are left
  return `${method} ${Math.min(count, left.length)} (${left.join(', ')})`;
}

/** Whether the value names it, "*" not counted. */
export function hasName(value: string, name: string): boolean {
  return read(value).names.some((one) => isName(one, name));
}

/** The names of a value, and how many of them a commit waits for. */
export function waitedFor(value: string): { count: number; names: string[] } {
  const { count, names } = read(value);
  return { count, names: names.map(plain) };
}

function read(value: string): Waiting {
  const [, method, count = '', list] = /^\s*(?:(FIRST|ANY)\s+)?(\d+)\s*\((.*)\)\s*$/isu.exec(value) ?? [];
  const names = (list ?? value).match(/"(?:[^"]|"")*"|[^\s,]+/gu) ?? [];
  if (list === undefined) return { count: Math.min(1, names.length), names };
  return { method: method?.toUpperCase() === 'ANY' ? 'ANY' : 'FIRST', count: Number(count), names };
}

/* The server compares them without regard to case. */
function isName(written: string, name: string): boolean {
  return plain(written).toLowerCase() === name.toLowerCase();
}

function plain(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
}
