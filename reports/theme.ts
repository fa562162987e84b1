/* name: [light, dark]. Chosen for contrast on both grounds, and so that red and amber differ in lightness as well. */
const COLOURS = {
  page: ['#ffffff', '#12171e'],
  panel: ['#f5f7f9', '#1a212a'],
  ink: ['#17212b', '#e4eaf0'],
  muted: ['#566472', '#9dabb9'],
  line: ['#d4dbe2', '#333e4b'],
  ok: ['#a9c3d9', '#41647f'],
  accepted: ['#5db3ab', '#3d9d94'],
  failed: ['#c23b31', '#ef6a60'],
  unknown: ['#eda81c', '#f2b63c'],
  late: ['#8a6d2f', '#b59a5b'],
  dropped: ['#5f4b8b', '#a892da'],
  good: ['#1c7a4c', '#5cc88f'],
  bad: ['#b3281e', '#ff8378'],
  warn: ['#8a5a00', '#f2b63c'],
  shade: ['#c23b31', '#ef6a60'],
  up: ['#bfe3cf', '#24543b'],
  drain: ['#f4d696', '#6e5415'],
  maint: ['#cfc8e4', '#4c4370'],
  down: ['#c23b31', '#c9483e'],
  primary: ['#1f66a8', '#2f7cc4'],
  sync: ['#a5cdec', '#27496a'],
  standby: ['#d3e3f1', '#22303e'],
  onstrong: ['#ffffff', '#ffffff'],
  series1: ['#1f66a8', '#63adf2'],
  series2: ['#c26a00', '#f0a040'],
  series3: ['#1c7a5c', '#4fc79c'],
  series4: ['#8b3f8f', '#d58ad8'],
  series5: ['#6a6a1e', '#c4c45a'],
  series6: ['#566472', '#9dabb9'],
} as const;

/** Names of the colours that charts and pages share; each has a light and a dark value. */
export type Colour = keyof typeof COLOURS;

/** A reference to a shared colour, for attributes and style sheets. */
export function colour(name: Colour): string {
  return `var(--${name})`;
}

/** Colour of the n-th of several like things (sites, kinds of operation); the last repeats. */
export function seriesColour(at: number): string {
  return `var(--series${Math.min(at, 5) + 1})`;
}

/** Style rules that define the colours on `selector`: light, and dark where the reader's screen asks for it. Paper stays light. */
export function palette(selector: string): string {
  const values = (side: 0 | 1) =>
    Object.entries(COLOURS)
      .map(([name, pair]) => `--${name}:${pair[side]};`)
      .join('');
  return `${selector}{${values(0)}}\n@media screen and (prefers-color-scheme:dark){${selector}{${values(1)}}}\n`;
}
