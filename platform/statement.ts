import pg from 'pg';

/** A statement that a connection parses and plans once, whatever the values of its parameters. */
export interface Statement {
  /** its own in the whole platform; letters, digits and "_" */
  name: string;
  /** refers to its values as $1, $2 and so on, each with its type */
  text: string;
  values: readonly (string | number | null)[];
}

/** SQL that makes a statement known to a connection. */
export function prepareSql({ name, text }: Statement): string {
  return `PREPARE ${name} AS ${text}`;
}

/** SQL that runs a statement that the connection knows. */
export function executeSql({ name, values }: Statement): string {
  return values.length === 0 ? `EXECUTE ${name}` : `EXECUTE ${name} (${values.map(literal).join(', ')})`;
}

function literal(value: string | number | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : pg.escapeLiteral(value);
}
