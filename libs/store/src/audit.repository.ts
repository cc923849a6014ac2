import { type Audit, auditSchema, type Page, mapPage, isRefusal, type Refusal } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type Order, type PageAsk } from './keyset.js';

/** An act through a door, as the list shows it. */
export interface AuditRow {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly actor: string;
  /** What was done: `halt rollout ro1`. */
  readonly cause: string;
  readonly recordedAt: number;
  readonly hash: string;
  readonly audit: Audit;
}

/** Which acts; each that is given must fit. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  readonly stream?: string | undefined;
  readonly type?: string | undefined;
  /** ms since the epoch, the first that counts. */
  readonly from?: number | undefined;
  /** ms since the epoch, the first that does not. */
  readonly until?: number | undefined;
}

/** The acts that were recorded. */
export interface AuditRepository {
  /** Newest first. */
  readonly page: (ask: AuditFilter & PageAsk) => Promise<Page<AuditRow> | Refusal>;
}

const ORDER: Order<AuditRow> = {
  list: 'audit',
  columns: [{ sql: 'position', kind: 'number', isDescending: true, of: ({ position }) => position }],
};

const SELECT = `select position, stream, version, type, actor, cause, recorded_at_ms as "recordedAt", hash, audit from event`;

/** `audit is not null` stands in each index of acts, which are few among events. */
const WHERE = `audit is not null
  and ($1::text is null or actor = $1) and ($2::text is null or audit ->> 'subject' = $2)
  and ($3::text is null or stream = $3) and ($4::text is null or type = $4)
  and ($5::bigint is null or recorded_at_ms >= $5) and ($6::bigint is null or recorded_at_ms < $6)`;

/** The acts in PostgreSQL. */
export const createAuditRepository = (database: Queryable): AuditRepository => {
  const list = createList<AuditRow, AuditFilter>(database, ORDER, ({ actor, subject, stream, type, from, until }) => ({
    select: SELECT,
    where: WHERE,
    values: [actor, subject, stream, type, from, until].map((value) => value ?? null),
  }));
  return {
    page: async (ask) => {
      const page = await list.page(ask);
      return isRefusal(page) ? page : mapPage(page, (row) => ({ ...row, audit: auditSchema.parse(row.audit) }));
    },
  };
};
