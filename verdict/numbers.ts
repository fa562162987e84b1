/** An integer with separators, as people read it. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A share with four decimals, cut and not rounded, so that a figure under its bound never looks like the bound. */
export function share(value: number): string {
  return (Math.floor(value * 10_000 + 1e-9) / 10_000).toFixed(4);
}

/** Milliseconds with at most three decimals. */
export function ms(value: number): string {
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 3 })} ms`;
}

/** "1 read", "2 reads". */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}
