/* Reports: makes a judged run readable, from its record alone: a page, a drawing, sentences, a table. */
export { writeReport } from './report.ts';
export { readRun, type RunData } from './run-data.ts';
export { storyOf } from './story.ts';
export { timelineSvg } from './timeline.ts';
export { repeatsTable } from './repeats.ts';
export { summaryTable } from './summary.ts';
export { junit } from './junit.ts';
export { resultsTable, type Result } from './results-table.ts';
