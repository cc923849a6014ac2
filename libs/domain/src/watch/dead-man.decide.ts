/** What must hold for the outside to be told that all is well. */
export interface PathFacts {
  readonly nowMs: number;
  /** When `slots` was last seen to move; undefined = never. */
  readonly tickMovedAtMs: number | undefined;
  /** When the rules were last seen to move their position; undefined = never. */
  readonly rulesMovedAtMs: number | undefined;
  /** Why deliveries do not go; undefined when they do. */
  readonly deliveriesFailed: string | undefined;
  /** Steps of escalations that should have been taken; undefined = nobody could say. */
  readonly overdueEscalations: number | undefined;
  readonly isSpoolWritable: boolean;
}

/** Half of the period of the switch: what stands still is known before the next word to the outside. */
export const PATH_FRESH_MS = 15_000;

const isFresh = (movedAtMs: number | undefined, nowMs: number): boolean =>
  movedAtMs !== undefined && nowMs - movedAtMs <= PATH_FRESH_MS;

/** Why the outside must not be told that all is well; undefined = it may be. */
export const whyNotAlive = (facts: PathFacts): string | undefined => {
  const { nowMs, tickMovedAtMs, rulesMovedAtMs, deliveriesFailed, overdueEscalations, isSpoolWritable } = facts;
  if (!isFresh(tickMovedAtMs, nowMs)) return 'no tick comes';
  if (!isFresh(rulesMovedAtMs, nowMs)) return 'the rules do not go on';
  if (deliveriesFailed !== undefined) return `deliveries: ${deliveriesFailed}`;
  if (overdueEscalations === undefined) return 'whether escalations are overdue cannot be read';
  if (overdueEscalations > 0) return `${overdueEscalations} escalations are overdue`;
  return isSpoolWritable ? undefined : 'the spool cannot be written';
};
