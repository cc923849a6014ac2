import { BLAME_MAX, type Event, event, type EventData, type Reason } from '#contracts';
import type { JudgedChange } from './blame.js';
import type { RailFacts, RailResult } from './rail.js';
import { refusalsTo } from './rails.js';
import type { Rollback } from './rollback.js';
import { PLANS_PER_DAY } from './safety-rails.js';

/**
 * A refusal is recorded when the trigger has held for 5 s: RAIL-1 needs two seconds of a fault by itself, and a rollback that
 * starts with its own refusal only confuses.
 */
export const REFUSAL_AFTER_MS = 5_000;
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
  /** Every change that was compared. */
  readonly judged: readonly JudgedChange[];
}

type Rollout = NonNullable<RailFacts['rollout']>;

const failing = (success: number | undefined): number | null =>
  success === undefined ? null : Number(((100 - success) / 100).toFixed(4));

/** The changes that were compared, as they are stored: those that are blamed first, then the worst. */
export const blameOf = (judged: readonly JudgedChange[]): EventData<'RollbackDecided'>['blame'] =>
  judged
    .toSorted((a, b) => (b.comparison.effect ?? -Infinity) - (a.comparison.effect ?? -Infinity))
    .toSorted((a, b) => Number(b.isBlamed) - Number(a.isBlamed))
    .slice(0, BLAME_MAX)
    .map(({ change: { rollout, sinceMs }, comparison, isBlamed }) => ({
      rolloutId: rollout.rolloutId,
      release: rollout.release,
      isBlamed,
      failingWith: failing(comparison.success),
      failingWithout: failing(comparison.control),
      strata: comparison.strata,
      sinceMs,
    }));

/** What a wave must bring back where there is no control to measure it by: a fleet that is well. */
const GAP_WITHOUT_CONTROL = 100;

const decide = (given: RollbackCase, rollout: Rollout, trigger: Reason, evidence: readonly Reason[]): Event => {
  const { rollbackId, incidentId, facts, rails, judged } = given;
  const { at, comparison } = facts;
  const { rolloutId, service, release: from, previous: to } = rollout;
  const waves = facts.waves.map((wave) => [...wave]);
  const gap = { release: comparison.success ?? 0, control: comparison.control ?? GAP_WITHOUT_CONTROL };
  const plan = { rollbackId, incidentId, rolloutId, service, from, to, waves, gap, at };
  const blame = judged.length === 0 ? undefined : blameOf(judged);
  const because = { trigger, evidence: evidence.slice(0, EVIDENCE_MAX), rails: [...rails] };
  return event('RollbackDecided', { ...plan, ...because, ...(blame && { blame }) });
};

/** The third plan of a day opens the rate rail: what follows is for a person to allow (RAIL-10). */
const openRate = ({ rollbackId, facts: { rate, at } }: RollbackCase): readonly Event[] => {
  const plans = rate.inDay + 1;
  if (plans < PLANS_PER_DAY) return [];
  const because = `${plans} automatic rollbacks were decided within 24 h: no other is until a person resets it`;
  return [event('RateRailOpened', { rollbackId, plans, because, at })];
};

const refuse = (rollback: Rollback | undefined, given: RollbackCase, refusals: readonly RailResult[]) => {
  const { rollbackId, incidentId, triggers, facts } = given;
  if (facts.at - Math.min(...triggers.map(({ heldSinceMs }) => heldSinceMs)) < REFUSAL_AFTER_MS) return [];
  const known = rollback?.incidentId === incidentId ? rollback.refusedRails : undefined;
  return refusals
    .filter(({ rail }) => known?.has(rail) !== true)
    .map(({ rail, detail }) =>
      event('RollbackRefused', { rollbackId, incidentId, rail, because: detail, at: facts.at }),
    );
};

/** The mode alone is in the way: a person is asked, or what would have been done is told (RAIL-15). */
const propose = (
  rollback: Rollback | undefined,
  given: RollbackCase,
  { rolloutId }: Rollout,
  trigger: Reason,
): readonly Event[] => {
  // Rails that refused for a while took the proposal back: it is made again, once for each rail at most, or nobody could approve it.
  if (rollback?.state === 'proposed' && rollback.incidentId === given.incidentId) return [];
  const { rollbackId, incidentId, facts } = given;
  const nodes = facts.waves.flat().length;
  const because = trigger.text.slice(0, 500);
  return [
    event('RollbackProposed', { rollbackId, incidentId, rolloutId, mode: facts.mode, nodes, because, at: facts.at }),
  ];
};

/**
 * Triggers are taken in the listed order (R29): the first that holds is the trigger of exactly one rollback, the others are its
 * evidence. Every rail must hold; each one that refuses is recorded once per rollback id and incident. Where only the mode of the service
 * refuses, the rollback is proposed, once.
 */
export const decideRollback = (rollback: Rollback | undefined, given: RollbackCase): readonly Event[] => {
  if (rollback !== undefined && rollback.state !== 'refused' && rollback.state !== 'proposed') return [];
  const { facts, rails } = given;
  const [trigger, ...evidence] = given.triggers.toSorted((a, b) => a.order - b.order).map(({ reason }) => reason);
  if (trigger === undefined) return [];
  const refusals = refusalsTo({ is: 'nobody' }, rails);
  const others = refusals.filter(({ rail }) => rail !== 'mode');
  if (others.length > 0) return refuse(rollback, given, others);
  const { rollout } = facts;
  if (rollout === undefined) return [];
  if (refusals.length > 0) return propose(rollback, given, rollout, trigger);
  return [decide(given, rollout, trigger, evidence), ...openRate(given)];
};
