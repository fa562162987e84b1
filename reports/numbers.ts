/** Microseconds since the run's zero as seconds with one decimal: "12.4 s". */
export function seconds(micros: number): string {
  return `${secondsBare(micros)} s`;
}

/** As `seconds`, without the unit, for columns that carry it. */
export function secondsBare(micros: number): string {
  const value = (micros / 1e6).toFixed(1);
  return value === '-0.0' ? '0.0' : value;
}

/** A length in milliseconds in the unit that reads best: "0.4 ms", "850 ms", "22.6 s", "12 min 5 s"; "–" when not known. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '–';
  if (ms === 0) return '0 s';
  const size = Math.abs(ms);
  if (size < 9.95) return `${ms.toFixed(1)} ms`;
  if (size < 999.5) return `${ms.toFixed(0)} ms`;
  if (size < 119_950) return `${(ms / 1000).toFixed(size < 9_995 ? 2 : 1)} s`;
  const whole = Math.round(ms / 1000);
  return `${Math.trunc(whole / 60)} min ${Math.abs(whole % 60)} s`;
}

/** A ratio as a percentage that never rounds up to 100: "99.98 %"; "–" when not known. */
export function percent(ratio: number | null | undefined, digits = 2): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return '–';
  if (ratio === 1 || ratio === 0) return `${ratio * 100} %`;
  const scale = 10 ** digits;
  const value = ratio * 100;
  const shown = value < 100 ? Math.min(Math.floor(value * scale + 1e-9) / scale, 100 - 1 / scale) : value;
  return `${shown.toFixed(digits)} %`;
}

/** A part of a whole as a rounded percentage with one decimal: "49.8 %"; such parts add up. */
export function portion(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
