import type { Event, EventData, RecordedEvent, UrgentPage } from '#contracts';
import { deliveriesFor } from './deliveries-for.js';
import type { IncidentRow } from '../incident.repository.js';

/** What a decision appends to one stream. */
interface Decided {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly events: readonly Event[];
}

/** Whoever pages; which channels there are is known where they are sent through. */
const ANY_CHANNEL = [{ name: 'urgent', subject: 'page' }] as const;

/** The row of an incident that only now opens, as its projection will have it. */
const openedRow = (opened: EventData<'IncidentOpened'>, events: readonly Event[]): IncidentRow => {
  const { at, onsetAt = null, muted = null, ...told } = opened;
  const declared = events.find((event) => event.type === 'IncidentDeclared')?.data;
  const detectMs = onsetAt === null ? null : at - onsetAt;
  const nothing = { acknowledgedAt: null, acknowledgedBy: null, note: null, resolvedAt: null, because: null } as const;
  const untended = { owner: null, snoozedUntil: null } as const;
  const unlisted = { causes: [], escalations: [], requests: [], rollbackIds: [], redirectIds: [] } as const;
  return {
    ...told,
    ...nothing,
    ...untended,
    ...unlisted,
    status: 'open',
    peakImpact: told.impact,
    openedAt: at,
    muted,
    causesBecause: null,
    priority: declared?.priority ?? null,
    declaredAt: declared?.at ?? null,
    declaredBecause: declared?.because ?? null,
    onsetAt,
    detectMs,
    isDetectedInTime: null,
    alertIds: [told.alertId],
  };
};

/**
 * The pages of incidents that open by these decisions, while nobody can record them: made by what makes them once they are recorded, from
 * the events alone. One that opens muted pages nobody.
 */
export const urgentPagesOf = (decisions: readonly Decided[]): readonly UrgentPage[] =>
  decisions.flatMap(({ stream, expectedVersion, events }) =>
    events.flatMap((event, index): readonly UrgentPage[] => {
      if (event.type !== 'IncidentOpened') return [];
      const version = expectedVersion + index + 1;
      const recorded = { stream, version, event } as unknown as RecordedEvent;
      const context = { incident: openedRow(event.data, events), rollbacks: [] };
      return deliveriesFor(recorded, context, ANY_CHANNEL)
        .filter(({ data }) => data.action === 'trigger')
        .map(({ data: { dedupKey, body, at } }) => ({ kind: 'page', dedupKey, body, at }));
    }),
  );
