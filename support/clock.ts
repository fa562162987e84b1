import { readFileSync } from 'node:fs';

/** CLOCK_MONOTONIC now; ns. The one clock of recorder, observer and journal. */
export function monotonicNs(): bigint {
  return process.hrtime.bigint();
}

/** Microseconds since a zero given in ns of CLOCK_MONOTONIC. */
export function microsSince(zeroNs: bigint, nowNs: bigint = monotonicNs()): number {
  return Number((nowNs - zeroNs) / 1000n);
}

/** Milliseconds from now, or another moment, until a time in ns of CLOCK_MONOTONIC, which a journal keeps as text; negative once it has passed. */
export function msUntil(atNs: string | bigint, fromNs: bigint = monotonicNs()): number {
  return Number(BigInt(atNs) - fromNs) / 1e6;
}

/** Identity of the running kernel's boot; monotonic times of two boots do not compare. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

/** Milliseconds that this machine has slept since boot (CLOCK_BOOTTIME minus CLOCK_MONOTONIC), to 10 ms. */
export function sleptMs(): number {
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  return Math.round(uptime - Number(monotonicNs() / 1_000_000n));
}
