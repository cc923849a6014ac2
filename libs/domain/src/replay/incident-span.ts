import type { RecordedEvent } from '#contracts';

/** Before an incident and after its end: enough to see it begin and to see that it is over. */
const BEFORE_MS = 600_000;
const AFTER_MS = 120_000;

/** The time of an incident, or of the `latest`, with what is around it; of one that is open without an end. undefined: none is recorded. */
export const incidentSpan = (
  events: readonly RecordedEvent[],
  incident: string,
): { readonly fromMs: number; readonly toMs: number | undefined } | undefined => {
  const opened = events
    .map(({ event }) => event)
    .filter((event) => event.type === 'IncidentOpened')
    .findLast(({ data }) => incident === 'latest' || data.incidentId === incident);
  if (opened === undefined) return undefined;
  const { incidentId, at } = opened.data;
  const end = events.find(({ event }) => event.type === 'IncidentResolved' && event.data.incidentId === incidentId);
  const endMs = end?.event.type === 'IncidentResolved' ? end.event.data.at : undefined;
  return { fromMs: at - BEFORE_MS, toMs: endMs === undefined ? undefined : endMs + AFTER_MS };
};
