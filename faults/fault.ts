import type { Path, Topology } from '../topology/model.ts';

/** On whom a fault falls; roles are resolved when it is injected, and pinned. */
export type Target = { kind: 'host'; name: string } | { kind: 'site'; name: string } | { kind: 'role'; role: DatabaseRole };

export type DatabaseRole = 'primary' | 'sync-standby';

/** What a scenario asks for. */
export interface FaultSpec {
  /** name in the catalogue */
  fault: string;
  target: Target;
  /** other end of a network fault */
  from?: Target | 'database' | 'everything' | 'standbys';
  /** a fault that leaves no healthy site must say so */
  allowTotalLoss?: boolean;
}

/** The hosts and paths that a fault was pinned to; kept in its journal, so that anyone can heal it. */
export interface Pinned {
  hosts: string[];
  paths: Path[];
  /** transactions that waited for a standby when the fault was pinned */
  transactions?: string[];
}

/** held: ended by its lease. off: started again at lease end. momentary: over at once, and gone when the service is redundant again. */
export type FaultKind = 'held' | 'off' | 'momentary';

/** Evidence of one look from outside the injector. */
export interface Evidence {
  seen: boolean;
  /** what was looked at and what came */
  what: string;
}

/** One entry of the catalogue. */
export interface Fault {
  name: string;
  kind: FaultKind;
  pin(topology: Topology, spec: FaultSpec): Promise<Pinned>;
  /** what must be seen before the injection; default: the same as after the fault */
  steady?(topology: Topology, pinned: Pinned): Promise<Evidence>;
  inject(topology: Topology, pinned: Pinned, ttlMs: number): Promise<void>;
  /** idempotent */
  heal(topology: Topology, pinned: Pinned): Promise<void>;
  /** looks from another host: does the fault show? */
  effect(topology: Topology, pinned: Pinned): Promise<Evidence>;
  /** looks from another host: is the fault over (off: serving again)? */
  gone(topology: Topology, pinned: Pinned): Promise<Evidence>;
}
