import { event, type Event, type EventData } from '#contracts';
import type { Redirect } from './redirect.js';
import type { RedirectRail } from './redirect-rails.js';

/** A refusal is recorded when the trigger has held for 5 s, as with rollbacks: the evidence needs two of them by itself. */
export const REFUSAL_AFTER_MS = 5_000;

/** What a decision about one place rests on. */
export interface RedirectCase {
  readonly heldMs: number;
  readonly rails: readonly RedirectRail[];
  readonly plan: Omit<EventData<'RedirectDecided'>, 'rails'>;
}

/** Moves the traffic of a place when every rail holds; else each rail that refuses is recorded, once for a redirect. */
export const decideRedirection = (
  redirect: Redirect | undefined,
  { heldMs, rails, plan }: RedirectCase,
): readonly Event[] => {
  if (redirect !== undefined && redirect.state !== 'refused') return [];
  const refusals = rails.filter(({ holds }) => !holds);
  if (refusals.length === 0) return [event('RedirectDecided', { ...plan, rails: [...rails] })];
  if (heldMs < REFUSAL_AFTER_MS) return [];
  const { redirectId, incidentId, alertId, at } = plan;
  return refusals
    .filter(({ rail }) => redirect?.refusedRails.has(rail) !== true)
    .map(({ rail, detail }) =>
      event('RedirectRefused', { redirectId, incidentId, alertId, rail, because: detail, at }),
    );
};
