import type { Run } from '../record/format.ts';
import type { Finding } from '../record/verdict-format.ts';
import type { Row } from './database.ts';

/** The rows of one rule that share a scope and a root, hence one finding. */
export type Group = {
  scope: string;
  /** class that explains them */
  root: string | undefined;
  /** a sentence of the rule itself */
  message: string | undefined;
  count: number;
  worst: number | null;
  copy: string | undefined;
  site: string | undefined;
  phase: string | undefined;
  /** how many of them some copy held when it was deposed as primary, and the names of these copies */
  held: number;
  holders: string | undefined;
  witnesses: Row[];
  /** hits that the witnesses show */
  shown: number;
};

/** What a message may speak of; `total` counts all groups of the class, `findings` are those made so far. */
export type Case = { group: Group; total: number; facts: Row; run: Run; findings: readonly Finding[] };
export type Judged = { breaks: boolean; message: string; asked?: 'primary' | 'replica' };
export type Describe = (found: Case) => Judged;
