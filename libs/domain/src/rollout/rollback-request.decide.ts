import { event, type EventOf, refuse, type Refusal } from '#contracts';
import { classOfRail } from './rail-class.js';
import type { RailResult } from './rail.js';
import type { Rollback } from './rollback.js';
import type { Rollout } from './rollout.js';

/** Who asks for a rollback, why, and when by the clock of the door. */
export interface RollbackAsking {
  readonly rollbackId: string;
  readonly by: string;
  readonly comment: string;
  readonly at: number;
}

const ended = ({ rollbackId, state }: Rollback): Refusal =>
  refuse('ROLLBACK_EXISTS', `rollback ${rollbackId} is ${state}: another is asked for once it has stopped`);

/**
 * A person wants a rollout rolled back (R31); the next tick decides, by rails of class S and X alone. The same words again say nothing
 * new while it waits; one that was refused may be asked for again.
 */
export const decideRollbackRequest = (
  rollback: Rollback | undefined,
  rollout: Pick<Rollout, 'rolloutId' | 'state'> | undefined,
  { rollbackId, by, comment, at }: RollbackAsking,
): readonly EventOf<'RollbackRequested'>[] | Refusal => {
  if (rollout === undefined) return refuse('NOT_FOUND', 'there is no such rollout');
  if (rollback?.plan !== undefined) return ended(rollback);
  if (rollback?.state === 'requested') return [];
  return [event('RollbackRequested', { rollbackId, rolloutId: rollout.rolloutId, by, comment, at })];
};

/** A person says yes to what Tocsin proposed (RAIL-15); from then on it is as if that person had asked for it. */
export const decideRollbackApproval = (
  rollback: Rollback | undefined,
  { by, comment, at }: Omit<RollbackAsking, 'rollbackId'>,
): readonly EventOf<'RollbackApproved'>[] | Refusal => {
  if (rollback === undefined) return refuse('NOT_FOUND', 'there is no such rollback');
  if (rollback.plan !== undefined) return ended(rollback);
  const { rollbackId, state, proposal } = rollback;
  if (state === 'requested') return [];
  if (proposal === undefined || state !== 'proposed')
    return refuse('ROLLBACK_NOT_PROPOSED', `rollback ${rollbackId} is ${state}`);
  return [event('RollbackApproved', { rollbackId, by, comment, at })];
};

/** What a rollback would do, before anybody asks for it. */
export interface RollbackPreview {
  /** How many nodes each wave commands. */
  readonly waves: readonly number[];
  /** Rails that bind a person, with their answers. */
  readonly binding: readonly RailResult[];
  /** Rails that would only warn one. */
  readonly warnings: readonly RailAnswer[];
}

/** What a rail says, as far as it is told to people before anything is decided. */
export type RailAnswer = Omit<RailResult, 'class'>;

/** Shows a person the waves and the rails of a rollback as they are now; nothing is decided. */
export const previewRollback = (
  waves: readonly (readonly string[])[],
  rails: readonly RailAnswer[],
): RollbackPreview => ({
  waves: waves.map((wave) => wave.length),
  binding: rails.flatMap((each) => {
    const railClass = classOfRail(each.rail);
    return railClass === 'E' ? [] : [{ ...each, class: railClass }];
  }),
  warnings: rails.filter((each) => classOfRail(each.rail) === 'E' && !each.holds),
});
