import type { FigureClass, FindingClass } from '../record/format.ts';
import type { SabotageName } from '../topology/lab/sabotage.ts';

/** What a scenario says that it catches. */
export interface Claim {
  sabotage: string;
  /** class of the finding */
  finding: string;
}

/** An annotation, as the test runner keeps it. */
export interface Annotation {
  type: string;
  description?: string;
}

const TYPE = 'catches';
const BETWEEN = ': ';

/** Claims as annotations of a test. */
export function annotationsOf(mistakes: Readonly<Partial<Record<SabotageName, FindingClass | FigureClass>>>): Annotation[] {
  return Object.entries(mistakes).map(([sabotage, finding]) => ({ type: TYPE, description: `${sabotage}${BETWEEN}${finding}` }));
}

/** The claims among the annotations of a test. */
export function claimsAmong(annotations: readonly Annotation[]): Claim[] {
  return annotations
    .filter(({ type }) => type === TYPE)
    .map(({ description = '' }) => {
      const [sabotage = '', finding = ''] = description.split(BETWEEN);
      return { sabotage, finding };
    });
}
