import type { Event } from '#contracts';

/** An event of an incident, of one of its alerts, or of what was done about it. */
export interface ReportedEvent {
  readonly atMs: number;
  readonly actor: string;
  readonly event: Event;
}

/** Something that left Tocsin because of an incident. */
export interface ReportedDelivery {
  readonly subject: string;
  readonly action: string;
  readonly channel: string;
  readonly dedupKey: string;
  readonly person: string | null;
  readonly status: string;
  readonly attempts: number;
  readonly requestedAt: number;
  readonly finishedAt: number | null;
}

/** What a post-mortem is made of. */
export interface PostMortemSource {
  /** In their order. */
  readonly events: readonly ReportedEvent[];
  readonly deliveries: readonly ReportedDelivery[];
}

/** Changes and maintenance of the last day belong to an incident: as far back as causes are looked for. */
export const REPORTED_BEFORE_MS = 86_400_000;

/** Rollouts that an incident's events take back, or at last blame or suspect: what was only suspected at first is none of them. */
export const reportedRollouts = (events: Iterable<Event>): readonly string[] => {
  const takenBack = new Set<string>();
  let suspected: readonly string[] = [];
  for (const event of events)
    if (event.type === 'IncidentCausesRanked')
      suspected = event.data.causes
        .filter(({ kind, verdict }) => kind !== 'rules' && verdict !== 'ruled_out')
        .map(({ id }) => id);
    else if (event.type.startsWith('Rollback') && 'rolloutId' in event.data) takenBack.add(event.data.rolloutId);
  return [...new Set([...suspected, ...takenBack])];
};

/** When an event happened: it says so itself, where a command or a request does not the record does. */
export const happenedAt = (event: Event, recordedAtMs: number): number =>
  'at' in event.data ? event.data.at : recordedAtMs;
