import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';

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

/** Which fallbacks. */
export interface FallbackFilter {
  readonly statuses?: readonly FallbackStatus[] | undefined;
  readonly incidentId?: string | undefined;
}

/** Reads fallbacks; the newest first in lists. */
export interface FallbackRepository extends List<FallbackRow, FallbackFilter> {}

const SELECT = `
  select fallback_id as "fallbackId", incident_id as "incidentId", customer_id as "customerId", provider, status,
    is_dry_run as "isDryRun", commands, answers, because, decided_at as "decidedAt", changed_at as "changedAt",
    ended_at as "endedAt"
  from fallback`;

const ORDER: Order<FallbackRow> = {
  list: 'fallbacks',
  columns: [
    { sql: 'decided_at', kind: 'number', isDescending: true, of: (row) => row.decidedAt },
    { sql: 'fallback_id', kind: 'text', of: (row) => row.fallbackId },
  ],
};

/** Fallbacks in PostgreSQL. */
export const createFallbackRepository = (database: Queryable): FallbackRepository => ({
  ...createList<FallbackRow, FallbackFilter>(database, ORDER, ({ statuses, incidentId }) => ({
    select: SELECT,
    where: '($1::text[] is null or status = any($1)) and ($2::text is null or incident_id = $2)',
    values: [statuses ?? null, incidentId ?? null],
  })),
});

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_FALLBACKS };
