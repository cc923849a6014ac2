import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';

/**
 * What the public is told last belongs to it, and may wait for a person. A draft waits for that no longer: then the update is overdue, and
 * somebody was called. The study's review began half an hour after the resolution (R111).
 */
const LAST_UPDATE_MS_MAX = 420_000;

/** What was drafted of an incident. */
export interface PostMortemRow {
  readonly incidentId: string;
  /** null: it is not drafted yet. */
  readonly sha256: string | null;
  readonly headline: Omit<EventData<'PostMortemDrafted'>, 'incidentId' | 'sha256' | 'at'> | null;
  readonly draftedAt: number | null;
}

/** Reads what is known of post-mortems; the documents are made from the events. */
export interface PostMortemRepository {
  readonly find: (incidentId: string) => Promise<PostMortemRow | undefined>;
  /** Incidents that are resolved and have none, the oldest first; not while the public is to be told of the end, for seven minutes at most. */
  readonly due: (nowMs: number, limit: number) => Promise<readonly string[]>;
}

/** Post-mortems in PostgreSQL. */
export const createPostMortemRepository = (database: Queryable): PostMortemRepository => ({
  find: async (incidentId) =>
    (
      await database.query<PostMortemRow>(
        `select incident_id as "incidentId", sha256, headline, drafted_at as "draftedAt" from post_mortem where incident_id = $1`,
        [incidentId],
      )
    )[0],
  due: async (nowMs, limit) => {
    const rows = await database.query<{ incidentId: string }>(
      `select p.incident_id as "incidentId" from post_mortem p
       where p.sha256 is null and (p.resolved_at <= $1 or not exists (
         select from status_schedule s where s.incident_id = p.incident_id and s.state = 'told'))
       order by p.resolved_at, p.incident_id limit $2`,
      [nowMs - LAST_UPDATE_MS_MAX, listLimit(limit)],
    );
    return rows.map(({ incidentId }) => incidentId);
  },
});
