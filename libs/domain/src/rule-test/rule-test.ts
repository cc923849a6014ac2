import type { Release, Selector } from '#contracts';
import type { CatalogueCustomer } from '../rule/catalogue.js';

/** A region of the fleet of a test: its nodes stand in so many PoPs, evenly. */
export interface TestedRegion {
  readonly region: string;
  readonly pops: number;
  readonly nodes: number;
}

/** The fleet of a test, as it is before anything happens. */
export interface TestedFleet {
  readonly regions: readonly TestedRegion[];
  readonly release: Release;
  /** Of each node, a second. */
  readonly queriesPerSecond: number;
}

/** A customer of a test; it has one zone. */
export interface TestedCustomer extends CatalogueCustomer {
  readonly zone: string;
}

/** Whom a change concerns: nodes that fit everything that is given; all of them without it. */
export interface NodeChoice {
  readonly region?: string | undefined;
  readonly pop?: string | undefined;
  readonly node?: string | undefined;
  readonly release?: string | undefined;
  /** Only so large a part of those that fit, 0..1: the first of each region. */
  readonly share?: number | undefined;
}

/** What is different from a moment on; what is not given stays as it is. */
export interface TelemetryChange {
  readonly atMs: number;
  readonly where: NodeChoice;
  /** A rollout brings this release to the nodes. */
  readonly deploy?: Release | undefined;
  /** Share of outcomes that fail, 0..1 ... */
  readonly failing?: number | undefined;
  /** ... of the queries for these customers; of all without it. */
  readonly customers?: readonly string[] | undefined;
  /** Share of the failures that are timeouts, 0..1. */
  readonly timeouts?: number | undefined;
  /** The median latency, ms; the others are in proportion. */
  readonly latencyMs?: number | undefined;
  readonly queriesPerSecond?: number | undefined;
  readonly isSilent?: boolean | undefined;
  /** The DNS server starts again, under another boot id. */
  readonly restarts?: boolean | undefined;
  /** Support tickets a minute, of the whole world. */
  readonly ticketsPerMinute?: number | undefined;
}

/** A stretch of event time, from the beginning of the test; both ends belong to it. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A silence that somebody sets at a moment; it begins some seconds later, as every silence does. */
export interface TestedSilence {
  readonly atMs: number;
  readonly forMs: number;
  readonly where: Selector;
}

/** Who is on call in a stretch; in a gap a page reaches nobody. */
export interface OnCall {
  readonly who: string;
  readonly between: Stretch;
}

/** What is expected of the time of a test. */
export type Expectation =
  | {
      readonly kind: 'alert';
      readonly rule: string;
      readonly state: 'inactive' | 'pending' | 'firing' | 'recovering' | 'unknown';
      /** The key of its subject; any without it. */
      readonly on?: string | undefined;
      readonly at: Stretch;
    }
  | {
      /** Counts what leaves within a stretch: pages that open, also late because they were held back; calls; commands. */
      readonly kind: 'page' | 'command';
      /** By which policy is paged, who is called beside it (`vp`, `on_call`), or what is commanded; any without it. */
      readonly what?: string | undefined;
      /** The release that a command returns to, or whom a page reaches: somebody who is on call. */
      readonly to?: string | undefined;
      readonly count: { readonly min: number; readonly max: number };
      readonly between: Stretch;
    };

/** A test of rules: what happens to a fleet, and what is to come of it. */
export interface RuleTest {
  readonly name: string;
  readonly startsAtMs: number;
  readonly runsMs: number;
  readonly fleet: TestedFleet;
  readonly customers: readonly TestedCustomer[];
  readonly changes: readonly TelemetryChange[];
  readonly silences: readonly TestedSilence[];
  readonly onCall: readonly OnCall[];
  /** After how long nodes do what they are told; undefined = they never do. */
  readonly obeysAfterMs: number | undefined;
  readonly expectations: readonly Expectation[];
}
