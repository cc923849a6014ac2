/** What an agent saw and lost since its start. */
export interface Seen {
  /** Outcomes that were seen, those that were dropped later too. */
  readonly observed: number;
  /** Outcomes that were dropped: the gateway refused them, or memory and spool were full. */
  readonly dropped: number;
  /** Queries whose response was not seen, and frames that are no dnstap: one outcome each that should be there. */
  readonly unseen: number;
}

/**
 * The share of outcomes between two looks that will be told, of all that were to be told: kept / (kept + dropped + unseen), where
 * kept = observed − dropped. Dropped outcomes may be older than the first look; then kept is 0, not less. A query that its server
 * never answered cannot be told from one whose response was lost on the way here, and counts as unseen. Malformed messages are not
 * unseen: their outcomes are told. undefined when there was nothing to be seen: that is not 1.
 */
export const completenessBetween = (before: Seen, now: Seen): number | undefined => {
  const dropped = now.dropped - before.dropped;
  const unseen = now.unseen - before.unseen;
  const kept = Math.max(0, now.observed - before.observed - dropped);
  const all = kept + dropped + unseen;
  return all <= 0 ? undefined : kept / all;
};
