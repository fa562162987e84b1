import type { Dice } from './dice.fixture.ts';
import type { Ledger, Site } from './ledger.fixture.ts';
import type { PlanFile, Settings, Sites } from './sites.fixture.ts';

/** Something that is not as the runbooks need it, or that happens to them. */
export interface Mistake {
  /** a statement of what is wrong */
  name: string;
  /** of several of one kind a course has one */
  kind: string;
  /** what the first command has to do where this is all: refuse before anything is changed, come to its end, or one of both */
  expected: 'refused' | 'done' | 'either';
  only?: { synchronous?: boolean; since?: number };
  settings?: Settings;
  /** false: a person needs more than SQL to mend it; a refusal is the end then */
  isMendable?: false;
  /** is made when the others are: its server may answer no more, or writes may wait from then on */
  atLast?: boolean;
  make(scene: Scene): Promise<Made>;
}

/** Where a mistake is made. */
export interface Scene {
  sites: Sites;
  ledger: Ledger;
  dice: Dice;
}

/** A mistake that was made. */
export interface Made {
  /** the plan with it */
  plan?: (plan: PlanFile) => PlanFile;
  /** options of the first command */
  options?: string[];
  /** what happens beside the first command; `ended` is its end */
  during?: (ended: Promise<void>) => Promise<void>;
  /** this site is lost, or looks so, until it is undone */
  lost?: Site;
  /** mends it, as a person would who has read the message */
  undo?: () => Promise<void>;
}
