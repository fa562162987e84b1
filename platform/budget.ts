/** The time that is left to one request; everything done for it is bounded by the same one. */
export interface Budget {
  leftMs(): number;
}

/** Starts a budget of so many milliseconds. */
export function startBudget(totalMs: number): Budget {
  const endsAt = performance.now() + totalMs;
  return { leftMs: () => endsAt - performance.now() };
}

/** Waits, but never beyond the budget. */
export async function pause(ms: number, budget: Budget): Promise<void> {
  const bounded = Math.max(0, Math.min(ms, budget.leftMs()));
  await new Promise((resolve) => setTimeout(resolve, bounded));
}
