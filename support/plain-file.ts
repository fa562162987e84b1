import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { HoldfastError } from './errors.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Text of an ordinary file; a link is not followed, and a pipe, a device or a folder is refused instead of being waited for. */
export function readPlainFile(path: string): string {
  const file = openPlain(path);
  try {
    if (!fstatSync(file).isFile()) throw new HoldfastError(`${path}: expected an ordinary file; it is none: move it away`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function openPlain(path: string): number {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    throw new HoldfastError(`${path}: expected an ordinary file; it is a link: move it away`, { cause: error });
  }
}
