import type { HealthCheck, Impairment, Mechanism, Path, Topology } from '../topology/model.ts';

/** On whom a fault falls; roles are resolved when it is injected, and pinned. */
export type Target =
  { kind: 'host'; name: string } | { kind: 'hosts'; names: string[] } | { kind: 'site'; name: string } | { kind: 'role'; role: Role };

/** Hosts by what they do now: the leading copy of the database, its synchronous standby, all its copies, the members of the store that elects the leader; the load balancer. */
export const ROLES = ['primary', 'sync-standby', 'copies', 'dcs', 'balancer'] as const;
export type Role = (typeof ROLES)[number];

/** Ends of a network fault that stand for several hosts. */
export const NAMED_ENDS = ['database', 'everything', 'standbys'] as const;
export type NamedEnd = (typeof NAMED_ENDS)[number];

/** Which way packets go, seen from the target of a fault. */
export type Direction = 'both' | 'out' | 'in';

/** What a scenario asks for. */
export interface FaultSpec {
  /** name in the catalogue */
  fault: string;
  target: Target;
  /** other end of a network fault */
  from?: Target | NamedEnd;
  /** packets that a network fault hits, seen from the target; default: both ways */
  direction?: Direction;
  /** what a slow or lossy line does */
  line?: Omit<Extract<Impairment, { kind: 'line' }>, 'kind'>;
  /** program that a daemon fault falls on, by the name under which its host supervises it */
  daemon?: string;
  /** kind of the pods that a pod fault falls on */
  app?: string;
  /** time that pods are given to end; s */
  graceS?: number;
  /** weight of a site at the load balancer; percent of its own */
  weight?: number;
  /** health check of a release that is rolled out */
  healthCheck?: HealthCheck;
  /** operations a second of a surge */
  rates?: { writes: number; reads: number };
  /** time to which a destroyed database is restored; ISO. Without it: the end of its archive */
  restoreTo?: string;
  /** a fault that leaves no healthy site must say so */
  allowTotalLoss?: boolean;
}

/** The hosts and paths that a fault was pinned to; kept in its journal, so that anyone can heal it. */
export interface Pinned {
  hosts: string[];
  paths: Path[];
  /** what a network fault does to the paths; absent in journals of earlier versions, which knew one only */
  impairment?: Impairment;
  /** program of a daemon fault, and its process on each host when the fault was pinned */
  daemon?: string;
  processes?: Record<string, number>;
  /** pods of a pod fault, by name, with the starts that they counted, and how many the site asks for */
  app?: string;
  pods?: string[];
  /** by pod; another one of the same name has another */
  uids?: Record<string, string>;
  restarts?: Record<string, number>;
  replicas?: number;
  graceS?: number;
  /** weight of a site at the load balancer; percent of its own */
  weight?: number;
  /** health check of a release that is rolled out */
  healthCheck?: HealthCheck;
  /** operations a second of a surge, and requests a second at the load balancer before it */
  rates?: { writes: number; reads: number };
  requestsPerSecond?: number;
  /** what named the boots of the hosts when the fault was pinned */
  boots?: Record<string, string>;
  /** when the server of a copy had been started */
  started?: string;
  /** sessions of the platform at a copy, by the number of their backend */
  sessions?: number[];
  /** timeline of the database service, and the time to which it is restored */
  timeline?: number;
  restoreTo?: string;
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

/** What a person may say of a fault beside its target and length, as texts. */
export const FAULT_OPTIONS = [
  'from',
  'direction',
  'by',
  'jitter',
  'share',
  'to',
  'daemon',
  'app',
  'grace',
  'weight',
  'every',
  'writes',
  'reads',
  'restoreTo',
  'allowTotalLoss',
] as const;
export type FaultOption = (typeof FAULT_OPTIONS)[number];

/** A fault as a person asks for it. */
export interface Asked {
  target: Target;
  from?: Target | NamedEnd;
  direction?: Direction;
  by?: string;
  jitter?: string;
  share?: string;
  to?: string;
  daemon?: string;
  app?: string;
  grace?: string;
  weight?: string;
  every?: string;
  writes?: string;
  reads?: string;
  restoreTo?: string;
  allowTotalLoss?: boolean;
}

/** One entry of the catalogue. */
export interface Fault {
  name: string;
  kind: FaultKind;
  /** how long after its end it may still be seen, where that is not what its kind has; ms */
  goneWithinMs?: number;
  /** no program that hosts supervise ends for its sake: it explains no such end */
  sparesDaemons?: true;
  /** what it takes; everything else is refused */
  takes: readonly FaultOption[];
  /** mechanisms that a machine may lack, where it uses such */
  needs?: readonly Mechanism[];
  /** the fault that is asked for; a UsageError says what is missing or wrong */
  asked(by: Asked): FaultSpec;
  pin(topology: Topology, spec: FaultSpec): Promise<Pinned>;
  /** what must be seen before the injection; default: the same as after the fault */
  steady?(topology: Topology, pinned: Pinned): Promise<Evidence>;
  inject(topology: Topology, pinned: Pinned, ttlMs: number): Promise<void>;
  /** idempotent */
  heal(topology: Topology, pinned: Pinned): Promise<void>;
  /** looks from another host: does the fault show? */
  effect(topology: Topology, pinned: Pinned): Promise<Evidence>;
  /**
   * held: whether it is still there, a look that disturbs nothing and is repeated until shortly before the lease ends. What was proven once
   * may be undone by whoever looks after the service. Undefined where that cannot be seen now.
   */
  lasts?(topology: Topology, pinned: Pinned): Promise<Evidence | undefined>;
  /** looks from another host: is the fault over (off: serving again)? Of a momentary one it is asked only once that has shown */
  gone(topology: Topology, pinned: Pinned): Promise<Evidence>;
}
