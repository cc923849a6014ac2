import type { Call, Mute } from '#contracts';

/** Somebody who was called beside the page of an incident, for which reason of Tocsin's own, and when. */
export interface PagedCall extends Omit<Call, 'incidentId'> {
  readonly at: number;
}

/** What of an incident decides where its pages go, after the event that is told of. */
export interface PagedIncident {
  readonly incidentId: string;
  /** Why no page has left for it; null once one has. */
  readonly muted: Mute | null;
  /** In the order in which they were made. */
  readonly escalations: readonly PagedCall[];
}
