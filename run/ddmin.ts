/** The smallest part of a list that still fails, as far as removing single elements can tell (ddmin): `fails` is asked of shorter and shorter lists, in order, and never of the whole one or of none. */
export async function ddmin<T>(items: readonly T[], fails: (candidate: readonly T[]) => Promise<boolean>): Promise<T[]> {
  let smallest = [...items];
  for (let pieces = 2; smallest.length > 1;) {
    const chunks = split(smallest, pieces);
    // of two halves each is the other's complement
    const complements = pieces === 2 ? [] : chunks.map((_, index) => chunks.filter((__, other) => other !== index).flat());
    const part = await firstFailing(chunks, fails);
    const failing = part ?? (await firstFailing(complements, fails));
    if (failing !== undefined) {
      pieces = part === undefined ? Math.max(2, pieces - 1) : 2;
      smallest = failing;
    } else if (pieces >= smallest.length) {
      break;
    } else {
      pieces = Math.min(smallest.length, pieces * 2);
    }
  }
  return smallest;
}

async function firstFailing<T>(candidates: readonly T[][], fails: (candidate: readonly T[]) => Promise<boolean>): Promise<T[] | undefined> {
  for (const candidate of candidates) if (await fails(candidate)) return candidate;
  return undefined;
}

/** So many stretches of a list, none empty, of lengths as equal as they can be. */
function split<T>(items: readonly T[], pieces: number): T[][] {
  const bounds = Array.from({ length: pieces + 1 }, (_, index) => Math.round((index * items.length) / pieces));
  return bounds.slice(1).map((end, index) => items.slice(bounds[index], end));
}
