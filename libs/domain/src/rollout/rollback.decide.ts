import { type Event, type Reason, event } from '#contracts';
import type { RailFacts, RailResult } from './rails.js';
import type { Rollback } from './rollback.js';

/**
 * A refusal is recorded when the trigger has held for 5 s: RAIL-1 needs two seconds of a fault by itself, and a rollback that
 * starts with its own refusal only confuses.
 */
const REFUSAL_AFTER_MS = 5_000;
/** Losing triggers kept as evidence (the contract's limit). */
const EVIDENCE_MAX = 20;

/** A trigger that holds, and since when. */
export interface HeldTrigger {
  readonly order: number;
  readonly reason: Reason;
  readonly heldSinceMs: number;
}

/** What a decision about one release rests on. */
export interface RollbackCase {
  readonly rollbackId: string;
  readonly incidentId: string;
  /** At least one; any order. */
  readonly triggers: readonly HeldTrigger[];
  readonly facts: RailFacts;
  readonly rails: readonly RailResult[];
}

/**
 * Triggers are taken in the listed order (R29): the first that holds is the trigger of exactly one rollback, the others are its
 * evidence. Every rail must hold; each one that refuses is recorded once per rollback id.
 */
export const decideRollback = (rollback: Rollback | undefined, given: RollbackCase): readonly Event[] => {
  if (rollback !== undefined && rollback.state !== 'refused') return [];
  const { rollbackId, incidentId, facts, rails } = given;
  const { at, rollout, comparison } = facts;
  const [trigger, ...evidence] = given.triggers.toSorted((a, b) => a.order - b.order).map(({ reason }) => reason);
  if (trigger === undefined) return [];
  const refusals = rails.filter(({ holds }) => !holds);
  const { success, control } = comparison;
  if (refusals.length === 0 && rollout !== undefined && success !== undefined && control !== undefined) {
    const { rolloutId, service, release: from, previous: to } = rollout;
    const waves = facts.waves.map((wave) => [...wave]);
    const plan = { rollbackId, incidentId, rolloutId, service, from, to, waves, at };
    const because = { trigger, evidence: evidence.slice(0, EVIDENCE_MAX), rails: [...rails] };
    return [event('RollbackDecided', { ...plan, ...because, gap: { release: success, control } })];
  }
  if (at - Math.min(...given.triggers.map(({ heldSinceMs }) => heldSinceMs)) < REFUSAL_AFTER_MS) return [];
  return refusals
    .filter(({ rail }) => rollback?.refusedRails.has(rail) !== true)
    .map(({ rail, detail }) => event('RollbackRefused', { rollbackId, incidentId, rail, because: detail, at }));
};
