import { Answer } from './answer.ts';

/** A place in the order of commits: behind this row, before the next. */
export interface Cursor {
  epoch: number;
  xid: string;
  id: string;
}

/** Before every row. */
export const START: Cursor = { epoch: 0, xid: '0', id: '' };

/** Writes a cursor as opaque text. */
export function formatCursor({ epoch, xid, id }: Cursor): string {
  return Buffer.from(`${epoch} ${xid} ${id}`).toString('base64url');
}

/** Reads a cursor that an earlier page gave, or answers 400; absent means the start. */
export function parseCursor(text: string | undefined): Cursor {
  if (!text) return START;
  const match = /^(\d{1,9}) (\d{1,19}) (\P{Cc}{0,200})$/u.exec(Buffer.from(text, 'base64url').toString());
  if (match) return { epoch: Number(match[1]), xid: match[2] ?? '', id: match[3] ?? '' };
  throw new Answer(
    400,
    'validation',
    `Expected "after" to be the "next" of an earlier page, came ${JSON.stringify(text)}: leave it out to start anew.`,
  );
}
