import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';

/** What an override is now. */
export const OVERRIDE_STATUSES = ['open', 'granted', 'refused', 'expired'] as const;
/** What an override is now. */
export type OverrideStatus = (typeof OVERRIDE_STATUSES)[number];

/** The vote of one role. */
export interface OverrideVoteRow {
  readonly role: EventData<'OverrideVoted'>['role'];
  readonly isApproved: boolean;
  readonly by: string;
  readonly comment: string;
  readonly at: number;
}

/** A rollback that was refused, asked for again with the checklist. Times are ms of log time. */
export interface OverrideRow {
  readonly overrideId: string;
  readonly rollbackId: string;
  readonly status: OverrideStatus;
  /** What refused, and what it would open. */
  readonly rails: readonly string[];
  readonly checklist: EventData<'OverrideRequested'>['checklist'];
  readonly requestedBy: string;
  readonly comment: string;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly votes: readonly OverrideVoteRow[];
  readonly because: string | null;
  readonly endedAt: number | null;
}

/** Which overrides. */
export interface OverrideFilter {
  readonly statuses?: readonly OverrideStatus[] | undefined;
  readonly rollbackId?: string | undefined;
}

/** Reads overrides; the newest first in lists. */
export interface OverrideRepository extends List<OverrideRow, OverrideFilter> {
  readonly find: (overrideId: string) => Promise<OverrideRow | undefined>;
}

const SELECT = `
  select o.override_id as "overrideId", o.rollback_id as "rollbackId", o.status, o.rails, o.checklist,
    o.requested_by as "requestedBy", o.comment, o.requested_at as "requestedAt", o.expires_at as "expiresAt", o.because,
    o.ended_at as "endedAt",
    (select coalesce(jsonb_agg(jsonb_build_object('role', v.role, 'isApproved', v.is_approved, 'by', v.voted_by,
       'comment', v.comment, 'at', v.voted_at) order by v.voted_at, v.role), '[]')
     from override_vote v where v.override_id = o.override_id) as votes
  from rollback_override o`;

const ORDER: Order<OverrideRow> = {
  list: 'overrides',
  columns: [
    { sql: 'o.requested_at', kind: 'number', isDescending: true, of: (row) => row.requestedAt },
    { sql: 'o.override_id', kind: 'text', of: (row) => row.overrideId },
  ],
};

/** Overrides in PostgreSQL. */
export const createOverrideRepository = (database: Queryable): OverrideRepository => ({
  ...createList<OverrideRow, OverrideFilter>(database, ORDER, ({ statuses, rollbackId }) => ({
    select: SELECT,
    where: '($1::text[] is null or o.status = any($1)) and ($2::text is null or o.rollback_id = $2)',
    values: [statuses ?? null, rollbackId ?? null],
  })),
  find: async (overrideId) =>
    (await database.query<OverrideRow>(`${SELECT} where o.override_id = $1`, [overrideId]))[0],
});

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_OVERRIDES };
