import { type Family, RULE_WINDOW_MS_MAX, SLOT_MS } from '#contracts';
import { JUDGE_WINDOW_MS } from '../rollout/blame.js';
import { TESTED_FAMILIES } from '../sequential/sequential-tests.js';
import type { PartitionTick } from '../window/partition-tick.js';
import type { SlidingWindowsOptions } from '../window/sliding-windows.js';
import type { Catalogue } from './catalogue.js';
import type { NodeMinute } from '../presence/node-minutes.js';
import type { BaselineMinute } from '../signal/baseline.js';
import { signalOf } from '../signal/signals.js';
import type { BaselinePool } from '../signal/baseline-pool.js';
import type { ChangedPools } from '../signal/kept-pools.js';
import type { CohortMinute } from '../signal/minute-counts.js';
import type { CustomerMinute } from '../signal/signal-memory.js';
import { BURN_SLOTS_MS } from '../signal/burn-rate.js';
import { CLEAR_SPAN_SLOTS } from './assess.js';
import { IMPACT_WINDOW_MS } from '../impact/covered.js';
import { NODE_WINDOW_MS } from './departure.js';
import { LATE_SLOTS } from './presence.js';
import type { EvolvedEvent } from './decider-state.js';
import type { Decision } from './draft.js';
import type { Rule } from './rule.js';
import type { TickView } from './tick-view.js';

/** What an operator may set. */
export interface EngineSettings {
  /** For how long a rolled back wave must look healthy before the next one, in whole seconds, where the rules do not say it. Default 60 s. */
  readonly verifyMs?: number;
}

/** What the engine is made of; ids and digests come from outside because this library imports nothing. */
export interface EngineOptions {
  /** Those in force until `RulesLoaded` brings others. */
  readonly rules: readonly Rule[];
  readonly catalogue: Catalogue;
  readonly settings?: EngineSettings;
  /** Sees each tick that is evaluated, after what is known of it and before what is decided; it changes nothing. */
  readonly observe?: (view: TickView) => void;
  /** A short id of a text; the same text gives the same id. At most 128 characters. */
  readonly hash: (text: string) => string;
  /** SHA-256 of a text, hex. */
  readonly sha256: (text: string) => string;
}

/**
 * How far back `slots` must be applied again after a restart before decisions go on: the longest window (5 min) and the lateness
 * that is accepted (1 min).
 */
export const REAPPLY_MS = 360_000;

/** The newest minutes that an engine took, since the epoch; -1 before the first. */
export interface NewestMinutes {
  /** Of cohorts. */
  readonly minute: number;
  /** Of the pools of baselines. */
  readonly poolMinute: number;
}

/**
 * The rules engine. `apply` changes what is known of the fleet, `evaluate` decides and changes nothing, `evolve` changes what was
 * decided. For each tick the caller applies its parts, evaluates it, appends the decisions in one transaction and evolves the
 * recorded events, before it applies the next one. When a stream has another version (an operator acknowledged, another process
 * decided first), it evolves that stream's new events and evaluates the same tick again.
 */
export interface Engine {
  readonly apply: (tick: PartitionTick) => void;
  /** The decisions of a tick, in a stable order, at most one per stream. */
  readonly evaluate: (tick: number) => readonly Decision[];
  readonly evolve: (recorded: EvolvedEvent) => void;
  readonly setCatalogue: (catalogue: Catalogue) => void;
  /** Minutes of the fleet, for a start without pools; those that are known stay as they are. */
  readonly seedBaseline: (minutes: readonly BaselineMinute[]) => void;
  /** Minutes of the fleet and its cohorts of up to three days, for burn rates and the excluded baseline. */
  readonly seedMinutes: (minutes: readonly CohortMinute[]) => void;
  /** Minutes of the fleet and its cohorts that are newer than one, to be kept for the next start. */
  readonly minutesAfter: (minute: number) => readonly CohortMinute[];
  /** The pools of baselines that changed since a minute, to be kept for the next start. */
  readonly poolsAfter: (minute: number) => ChangedPools;
  /** Pools that were kept, oldest first: baselines answer as those that they were taken from. */
  readonly restorePools: (pools: readonly BaselinePool[]) => void;
  /** Up to where what is kept goes, when all of it is. */
  readonly newestMinutes: () => NewestMinutes;
  /** Minutes of customers of the last hours, for a start without pools: less exact, and those that are known stay as they are. */
  readonly seedCustomers: (minutes: readonly CustomerMinute[]) => void;
  /** Minutes of nodes from before: of the last hour, and of the same time on earlier days. May be told again, ahead of time. */
  readonly seedNodes: (minutes: readonly NodeMinute[]) => void;
}

/** A rolled back wave is watched for a minute (RAIL-9 says 60 to 120 s). */
export const VERIFY_MS = 60_000;

/** Families in which rules look for hurt customers. */
const CUSTOMER_FAMILIES = ['customer', 'customer_region', 'customer_release'] as const satisfies readonly Family[];

/** The windows that are asked for on each tick: those of rules, as far as they are windows over slots, and those of the deciders. */
export const watchedMs = (rules: readonly Rule[], verifyMs = VERIFY_MS): readonly number[] => {
  const decidersMs = [SLOT_MS, JUDGE_WINDOW_MS, NODE_WINDOW_MS, IMPACT_WINDOW_MS, verifyMs];
  // Windows of minutes are kept as minutes.
  const slotRules = rules.filter(({ signal, windowMs }) => !signalOf(signal).isOfMinutes || windowMs <= BURN_SLOTS_MS);
  const rulesMs = slotRules.flatMap(({ windowMs, shortWindowMs = windowMs }) => [windowMs, shortWindowMs]);
  const overSlots = rulesMs.filter((windowMs) => windowMs <= RULE_WINDOW_MS_MAX);
  return [...new Set([...overSlots, ...decidersMs])].sort((a, b) => a - b);
};

/** The longest window plus how far back its end may lie: a minute, which is as late as outcomes are accepted. Minutes, which are taken from the windows two minutes after their end, need half of it. */
const SLOTS_KEPT = RULE_WINDOW_MS_MAX / SLOT_MS + LATE_SLOTS + CLEAR_SPAN_SLOTS;

/**
 * The windows an engine reads. They hold what the longest window of any rule needs, of every family, since rules may be loaded at any
 * time: windows that were made for fewer slots would for minutes be judged by less after a change than after a restart.
 */
export const windowsOf = ({ rules, settings }: EngineOptions): SlidingWindowsOptions => {
  const { verifyMs = VERIFY_MS } = settings ?? {};
  return {
    windowsMs: [...new Set([...watchedMs(rules, verifyMs), RULE_WINDOW_MS_MAX])],
    slotsKept: Math.max(SLOTS_KEPT, verifyMs / SLOT_MS + LATE_SLOTS + CLEAR_SPAN_SLOTS),
    families: ['fleet', 'release_region', 'outcome', 'node', 'probe', ...CUSTOMER_FAMILIES],
    percentilesOf: ['fleet', 'release_region'],
    addedOf: TESTED_FAMILIES,
  };
};
