import type { PageEvent } from './page-event.js';

/** How much worse it must be than what was told last: an outage that grows a thousandfold is ten updates, not one every five seconds. */
const WORSE_FACTOR = 2;

/** A page leaves before anybody can say who is hurt; its update names customers and money, and comes again when they double. */
export const isWorthTelling = (paged: PageEvent, toldScore: number): boolean => {
  if (paged.type !== 'IncidentImpactChanged') return true;
  const { affectedCustomers, score } = paged.data.impact;
  return affectedCustomers > 0 && score >= WORSE_FACTOR * toldScore;
};
