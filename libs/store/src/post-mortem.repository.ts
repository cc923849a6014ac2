import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';

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
  /** Incidents that are resolved and have none, the oldest first. */
  readonly due: (limit: number) => Promise<readonly string[]>;
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
  due: async (limit) => {
    const rows = await database.query<{ incidentId: string }>(
      'select incident_id as "incidentId" from post_mortem where sha256 is null order by resolved_at, incident_id limit $1',
      [listLimit(limit)],
    );
    return rows.map(({ incidentId }) => incidentId);
  },
});
