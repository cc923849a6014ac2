import type { Event } from '#contracts';
import type { PartitionTick } from '../window/partition-tick.js';
import type { Catalogue } from './catalogue.js';
import type { Rule } from './rule.js';

/** Events to append to one stream, and the version it has now (0 = it does not exist yet). */
export interface Decision {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly events: readonly Event[];
}

/** An event as it was recorded; `RecordedEvent` of the store fits. */
export interface EvolvedEvent {
  readonly stream: string;
  readonly version: number;
  readonly event: Event;
}

/** What an operator may set. */
export interface EngineSettings {
  /** For how long a rolled back wave must look healthy before the next one, in whole seconds. Default 60 s. */
  readonly verifyMs?: number;
}

/** What the engine is made of; ids and digests come from outside because this library imports nothing. */
export interface EngineOptions {
  readonly rules: readonly Rule[];
  readonly catalogue: Catalogue;
  readonly settings?: EngineSettings;
  /** A short id of a text; the same text gives the same id. At most 128 characters. */
  readonly hash: (text: string) => string;
  /** SHA-256 of a text, hex. */
  readonly sha256: (text: string) => string;
}

/** Outcomes of the whole fleet in one minute. */
export interface BaselineMinute {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly good: number;
  readonly bad: number;
}

/**
 * How far back `slots` must be applied again after a restart before decisions go on: the longest window (5 min) and the lateness
 * that is accepted (1 min).
 */
export const REAPPLY_MS = 360_000;

/**
 * After a restart, alert, incident, rollback and rollout streams that are open or had an event within this time are evolved again:
 * the cause link of a rollback reaches 24 h back, every other memory (rate rail 30 min, baseline 1 h) is shorter.
 */
export const EVOLVE_AGAIN_MS = 86_400_000;

/**
 * The rules engine. `apply` changes what is known of the fleet, `evaluate` decides and changes nothing, `evolve` changes what was
 * decided. The caller appends the decisions of a tick and evolves the recorded events before it evaluates the next tick.
 */
export interface Engine {
  readonly apply: (tick: PartitionTick) => void;
  /** The decisions of a tick, in a stable order, at most one per stream. */
  readonly evaluate: (tick: number) => readonly Decision[];
  readonly evolve: (recorded: EvolvedEvent) => void;
  readonly setCatalogue: (catalogue: Catalogue) => void;
  /** Minutes of history the windows no longer hold, so that a restart does not forget the baseline. */
  readonly seedBaseline: (minutes: readonly BaselineMinute[]) => void;
}

/** Makes an engine that knows nothing yet. */
export const createEngine = (_options: EngineOptions): Engine => ({
  apply: () => undefined,
  evaluate: () => [],
  evolve: () => undefined,
  setCatalogue: () => undefined,
  seedBaseline: () => undefined,
});
