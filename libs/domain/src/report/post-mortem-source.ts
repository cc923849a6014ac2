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

/** When an event happened: it says so itself, where a command or a request does not the record does. */
export const happenedAt = (event: Event, recordedAtMs: number): number =>
  'at' in event.data ? event.data.at : recordedAtMs;
