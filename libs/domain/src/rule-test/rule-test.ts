import type { MaintenanceWindow, Release, Selector } from '#contracts';
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

/** What the deploy system of a test said of a release before it began (RAIL-6). */
export interface TestedRelease {
  readonly release: Release;
  /** For how long it ran well, and on how many nodes. */
  readonly goodForMs: number;
  readonly nodes: number;
  /** Whether it was declared safe to go back to. */
  readonly isSafe: boolean;
  /** Whether going back to it was tried with success. */
  readonly isRehearsed: boolean;
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
  /** Share of all outcomes that are excluded, 0..1; of the others `failing` is a share. */
  readonly excluded?: number | undefined;
  /** Customers who complain to somebody from now on ... */
  readonly escalates?: readonly string[] | undefined;
  /** ... and who are content again. */
  readonly settles?: readonly string[] | undefined;
}

/** A stretch of event time, from the beginning of the test; both ends belong to it. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A silence that somebody has set before the test begins. */
export interface TestedSilence {
  readonly where: Selector;
  readonly between: Stretch;
  readonly by: string;
  readonly comment: string;
}

/** Who has duty when a page of a policy leaves; of several the first. */
export interface OnCall {
  readonly policy: string;
  readonly person: string;
  readonly between: Stretch;
}

/** Something that leaves for the outside, or would if nothing muted it. */
export interface Leaving {
  readonly afterMs: number;
  readonly kind: 'page' | 'muted' | 'notice' | 'command';
  /** Whose policy is paged, what mutes, what is told, or what is commanded. */
  readonly what: string;
  /** Who had duty, or the release that a command returns to. */
  readonly to: string | undefined;
  readonly text: string;
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
      /** Counts what leaves within a stretch. */
      readonly kind: Leaving['kind'];
      /** Whose policy is paged, what mutes, what is told, or what is commanded; any without it. */
      readonly what?: string | undefined;
      /** Who has duty, or the release that a command returns to; any without it. */
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
  /** Releases that may be gone back to. */
  readonly releases: readonly TestedRelease[];
  readonly changes: readonly TelemetryChange[];
  readonly silences: readonly TestedSilence[];
  /** Beside the windows of the rules; one of the same name takes its place. */
  readonly maintenance: readonly MaintenanceWindow[];
  readonly onCall: readonly OnCall[];
  /** After how long nodes do what they are told; undefined = they never do. */
  readonly obeysAfterMs: number | undefined;
  readonly expectations: readonly Expectation[];
}
