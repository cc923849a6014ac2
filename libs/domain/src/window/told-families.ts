import type { Family } from '#contracts';

/**
 * What `slots` tells of a family:
 * - `latency`: all counts and the histogram, because rules ask for percentiles of the fleet and of cohorts;
 * - `ratio`: good and bad, which is all that impact on customers is made of;
 * - `timeouts`: timeouts too, which tell a node that is slow from one that answers wrongly; its histogram would be 700 numbers a second
 *   for each of 1,000 nodes, so nobody tells it;
 * - `counts`: all counts, without a histogram, because excluded outcomes have shares too;
 * - families that are not named: nothing. No rule reads them; people read them from the segments.
 */
export type Telling = 'latency' | 'ratio' | 'timeouts' | 'counts';

/** What is told of which family. A family that a rule begins to read is named here, and in `windowsOf`. */
export const TOLD_FAMILIES: ReadonlyMap<Family, Telling> = new Map<Family, Telling>([
  ['fleet', 'latency'],
  ['release_region', 'latency'],
  ['outcome', 'counts'],
  ['node', 'timeouts'],
  ['probe', 'ratio'],
  ['customer', 'ratio'],
  ['customer_region', 'ratio'],
  ['customer_release', 'ratio'],
]);
