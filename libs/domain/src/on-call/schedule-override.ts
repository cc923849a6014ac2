import type { OnCallPlan } from '#contracts';

/** Somebody takes the place of whoever a schedule names: [fromMs, untilMs). Of those that overlap, the one made last goes before. */
export interface ScheduleOverride {
  readonly scheduleOverrideId: string;
  readonly schedule: string;
  readonly person: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Those that a plan knows the person of: one that names who has left would leave nobody where the schedule names somebody. */
export const overridesIn = <T extends Pick<ScheduleOverride, 'person'>>(
  { people }: OnCallPlan,
  overrides: readonly T[],
): readonly T[] => {
  const known = new Set(people.map(({ person }) => person));
  return overrides.filter(({ person }) => known.has(person));
};
