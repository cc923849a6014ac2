import type { Event } from '#contracts';

/** Money a minute that stood from a moment on. */
export interface MoneyTold {
  readonly at: number;
  readonly dollarsPerMinute: number;
}

/** What events of an incident told of its money, in their order. */
export const moneyTold = (events: readonly Event[]): readonly MoneyTold[] =>
  events.flatMap((event) =>
    event.type === 'IncidentOpened' || event.type === 'IncidentImpactChanged'
      ? [{ at: event.data.at, dollarsPerMinute: event.data.impact.dollarsPerMinute }]
      : [],
  );

const MINUTE_MS = 60_000;

/** Dollars a minute, each for as many ms as it stood: whole numbers as long as the figures are, so that no sum drifts. */
export type DollarMs = number;

/** What was lost from one telling to a later moment; nothing when that moment is earlier. */
export const lostSince = ({ at, dollarsPerMinute }: MoneyTold, until: number): DollarMs =>
  Math.max(0, until - at) * dollarsPerMinute;

/** In dollars: one division, at the end. */
export const dollarsOf = (lost: DollarMs): number => lost / MINUTE_MS;

/**
 * What an incident has cost until a moment: each telling stands until the next. The tellings are events (`IncidentOpened`,
 * `IncidentImpactChanged`), so that the sum is the same after a restart, in a rebuild and years later. While nobody reports, what was
 * told last stands: no data is no recovery.
 */
export const dollarsLost = (tellings: readonly MoneyTold[], until: number): number => {
  const lost = tellings.reduce(
    (sum, told, index) => sum + lostSince(told, Math.min(tellings[index + 1]?.at ?? until, until)),
    0,
  );
  return dollarsOf(lost);
};
