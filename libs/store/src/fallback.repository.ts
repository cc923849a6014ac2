import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';

/** What a fallback is now. */
export const FALLBACK_STATUSES = ['decided', 'running', 'stopped', 'ended'] as const;
/** What a fallback is now. */
export type FallbackStatus = (typeof FALLBACK_STATUSES)[number];

type Told<T> = Omit<T, 'fallbackId'>;

/** Another DNS provider for a customer that is hurt. Times are ms of log time. */
export interface FallbackRow {
  readonly fallbackId: string;
  readonly incidentId: string;
  readonly customerId: string;
  /** The one that is asked now. */
  readonly provider: EventData<'FallbackDecided'>['provider'];
  readonly status: FallbackStatus;
  readonly isDryRun: boolean;
  readonly commands: readonly Told<EventData<'FallbackCommanded'>>[];
  readonly answers: readonly Told<EventData<'FallbackAnswered'>>[];
  /** Why it was decided, changed, stopped or ended. */
  readonly because: string;
  readonly decidedAt: number;
  readonly changedAt: number;
  readonly endedAt: number | null;
}

/** Reads fallbacks. */
export interface FallbackRepository {
  /** Newest first. */
  readonly list: (filter: {
    readonly statuses?: readonly FallbackStatus[];
    readonly incidentId?: string;
    readonly limit: number;
  }) => Promise<readonly FallbackRow[]>;
}

const SELECT = `
  select fallback_id as "fallbackId", incident_id as "incidentId", customer_id as "customerId", provider, status,
    is_dry_run as "isDryRun", commands, answers, because, decided_at as "decidedAt", changed_at as "changedAt",
    ended_at as "endedAt"
  from fallback`;

/** Fallbacks in PostgreSQL. */
export const createFallbackRepository = (database: Queryable): FallbackRepository => ({
  list: ({ statuses, incidentId, limit }) =>
    database.query<FallbackRow>(
      `${SELECT} where ($1::text[] is null or status = any($1)) and ($2::text is null or incident_id = $2)
       order by decided_at desc, fallback_id limit $3`,
      [statuses ?? null, incidentId ?? null, listLimit(limit)],
    ),
});

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_FALLBACKS };
